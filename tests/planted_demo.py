"""``roomreach``, with a fault planted for each way in which a confidential name could get out.

Each is a change that somebody could well make: one question answered wrongly, or a name where a code was.
"""

import logging
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Gauge

from roomreach import topics
from roomreach.places import Site
from roomreach_api.metrics import endpoints as metrics
from roomreach_api.reading import Reading
from roomreach_hub import __main__ as hub
from roomreach_hub import demo
from roomreach_hub.buildings import __main__ as buildings
from roomreach_hub.buildings import on_record, run
from roomreach_hub.child import Child
from roomreach_store.series import Question, Track


def names_are_hidden_from_nobody() -> None:
    """Leaks on pages, in answers, in the stream and in the file of sites: all ask this one question."""
    Site.confidential = property(lambda _site: False)


def series_name_their_room() -> None:
    read = Reading.tracks

    def tracks(reading: Reading, question: Question) -> list[Track]:
        return [
            replace(one, target=reading.places.room(one.room).shown_as) for one in read(reading, question)
        ]

    Reading.tracks = tracks


def metrics_are_by_site() -> None:
    gauges = metrics.gauges

    def by_site(reading: Reading) -> CollectorRegistry:
        registry = gauges(reading)
        rooms = Gauge("roomreach_rooms", "Rooms of a site", ["site"], registry=registry)
        for room in reading.places.rooms():
            rooms.labels(room.site.shown_as).inc()
        return registry

    metrics.gauges = by_site


def topics_name_a_room() -> None:
    record, labels = on_record.record, {}

    def recorded(c: Any, lodgings: Iterable[Any], **where: Any) -> tuple[Any, ...]:
        agents = record(c, lodgings, **where)
        labels.update((agent, lodging.label) for agent, lodging in zip(agents, lodgings, strict=True))
        return agents

    on_record.record = recorded
    receipts = topics.receipts
    topics.receipts = lambda agent: receipts(labels.get(agent, agent))


def a_log_names_places(of: Any, name: str) -> None:
    """Log whatever a function is handed, and gives."""
    called = getattr(of, name)

    def logged(*given: Any, **named: Any) -> Any:
        found = called(*given, **named)
        logging.getLogger(of.__name__).warning("%s %s %s: %s", name, given, named, found)
        return found

    setattr(of, name, logged)


def the_buildings_run_planted() -> None:
    start = demo._buildings

    def started(*given: Any) -> Child:
        child = start(*given)
        child.command = [sys.executable, __file__, "buildings", child.command[-1]]
        return child

    demo._buildings = started


if __name__ == "__main__":
    if sys.argv[1] == "buildings":
        a_log_names_places(run, "lodgings")
        buildings.main(Path(sys.argv[2]))
    else:
        names_are_hidden_from_nobody()
        series_name_their_room()
        metrics_are_by_site()
        topics_name_a_room()
        a_log_names_places(on_record, "_site")
        the_buildings_run_planted()
        hub.main()
