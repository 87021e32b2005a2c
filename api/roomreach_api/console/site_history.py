"""What do the series hold of one site? A part that is too much for one answer leaves the others whole."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from roomreach.errors import Refused
from roomreach.identifiers import AgentId, RoomId
from roomreach.measurement import Outcome
from roomreach_api.console.addresses import File, csv_file, failed_files
from roomreach_api.console.cells import SIGNAL, RoomWeek, room_week
from roomreach_api.console.failed import WhatFailed, what_failed
from roomreach_api.console.history import (
    Place,
    Trail,
    averages,
    between,
    by_room,
    checks,
    days_that_fit,
    failures,
    intervals,
    speeds,
)
from roomreach_api.console.speeds import Speed
from roomreach_api.console.statistics.hours import HOUR_MS, Hour, Slot, week
from roomreach_api.reading import Reading
from roomreach_api.visible import SeenRoom

WEEK = 7
MONTH = 28

_log = logging.getLogger(__name__)

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """When our server answered the rooms, by day and hour.

    ``never`` counts rooms left out because it never did: they are bad at every hour, and say nothing of when.
    """

    hours: Mapping[Slot, Hour]
    never: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHistory:
    """A site's last week, and its ``pattern`` over ``pattern_days``.

    ``tests`` are those over the line. A part is None where there is too much of it for one page.
    """

    rooms: Mapping[RoomId, RoomWeek] | None
    tests: Sequence[Speed] | None
    pattern: Pattern | None
    pattern_days: int
    failed: WhatFailed | None
    files: Mapping[str, File]
    failed_files: Sequence[File]


def read(reading: Reading, rooms: Sequence[SeenRoom], wired: Collection[AgentId]) -> SiteHistory:
    """Read what the series hold of a site's rooms; ``wired`` are the agents that are not on the Wi-Fi."""
    place = Place(days=WEEK, site=rooms[0].site.id)
    pattern = Place(days=days_that_fit(len(rooms), MONTH, WEEK), site=place.site)
    tests = _unless_too_much(lambda: [one for one in speeds(reading, place) if one.target == "server"])
    of_rooms = [one for one in tests or () if one.agent not in wired]
    return SiteHistory(
        rooms=_unless_too_much(lambda: _rooms(reading, place, rooms, of_rooms)),
        tests=tests,
        pattern=_unless_too_much(lambda: _pattern(reading, pattern, wired)),
        pattern_days=pattern.days,
        failed=_unless_too_much(
            lambda: what_failed(reading, failures(reading, place), intervals(reading, place), rooms)
        ),
        files=_files(reading, place, pattern),
        failed_files=failed_files(reading, place),
    )


def _unless_too_much(part: Callable[[], _Part]) -> _Part | None:
    try:
        return part()
    except Refused as exc:
        _log.warning("a part of a site's page not shown: %s", exc)
        return None


def _rooms(
    reading: Reading, place: Place, rooms: Iterable[SeenRoom], tests: Iterable[Speed]
) -> Mapping[RoomId, RoomWeek]:
    links: dict[RoomId, list[Trail]] = defaultdict(list)
    for trail in averages(reading, place, "link", SIGNAL, HOUR_MS):
        links[trail.room].append(trail)
    tested: dict[RoomId, list[Speed]] = defaultdict(list)
    for test in tests:
        tested[test.room].append(test)
    joined, failed = (by_room(reading, place, "link", way) for way in (Outcome.OK, Outcome.FAILED))
    between_ms = between(reading, place.days)
    return {
        room.id: room_week(
            room,
            joined=joined.get(room.id, 0),
            failed=failed.get(room.id, 0),
            links=links[room.id],
            tests=tested[room.id],
            between=between_ms,
        )
        for room in rooms
    }


def _pattern(reading: Reading, place: Place, wired: Collection[AgentId]) -> Pattern:
    # The way to our server is the one that is always asked.
    answers = averages(reading, place, "latency", ("median_ms",), HOUR_MS, target="hub")
    answered, failed = (
        checks(reading, place, "latency", HOUR_MS, way, target="hub") for way in (Outcome.OK, Outcome.FAILED)
    )
    every = {trail.agent for some in (answers, answered, failed) for trail in some}
    # Wired agents do not see what residents see: they speak where no other does.
    of_rooms = every.difference(wired) or every
    speaking = of_rooms & {trail.agent for trail in answered} or of_rooms
    return Pattern(
        hours=week(
            _hours(answers, speaking),
            [(at_ms, int(count or 0)) for at_ms, count in _hours(answered, speaking)],
            [(at_ms, int(count or 0)) for at_ms, count in _hours(failed, speaking)],
        ),
        never=len({trail.room for trail in failed if trail.agent in of_rooms - speaking}),
    )


def _hours(trails: Iterable[Trail], agents: Collection[AgentId]) -> list[tuple[int, float | None]]:
    return [(at_ms, value) for trail in trails if trail.agent in agents for at_ms, (value,) in trail.rows]


def _files(reading: Reading, place: Place, pattern: Place) -> Mapping[str, File]:
    mean = {"every": "1h", "aggregate": "mean"}
    count = {"every": "1h", "aggregate": "count"}

    def counted(words: str, outcome: Outcome) -> File:
        return csv_file(reading, pattern, words, "latency", ("outcome",), **count, outcome=outcome)

    return {
        "signal": csv_file(reading, place, "Signal, hour by hour", "link", SIGNAL, **mean),
        "speed": csv_file(reading, place, "Speed, test by test", "throughput"),
        "pattern": csv_file(
            reading, pattern, "Time to answer, hour by hour", "latency", ("median_ms",), **mean
        ),
        "answered": counted("Checks answered, hour by hour", Outcome.OK),
        "failed": counted("Checks failed, hour by hour", Outcome.FAILED),
    }
