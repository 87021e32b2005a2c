"""Can this collector take reports in just now, and if not, which part cannot, why, and what is to be done?"""

import threading
import time
from collections.abc import Callable, Mapping

from roomreach.errors import Misconfigured, RoomreachError, Unavailable
from roomreach_collector.collector import Collector
from roomreach_store.records import Records, places
from roomreach_store.series import SeriesStore

STUCK_S = 60.0
"""A thread that waits for nothing and has not come round for so long will not."""
_HOLDS_S = 1.0
"""How long an answer holds: however many ask, the stores are asked once a second."""


class Readiness:
    """Looks at every part, once the collector has been started. Safe to ask from several threads."""

    def __init__(self) -> None:
        self._parts: Mapping[str, Callable[[], None]] | None = None
        self._asking = threading.Lock()
        self._answer: tuple[float, list[str]] | None = None

    def started(self, collector: Collector, records: Records, series: SeriesStore) -> None:
        """Look at these parts from now on."""
        with self._asking:
            self._answer = None
            self._parts = {
                "Broker (ROOMREACH_BROKER)": lambda: _require_broker(collector),
                "Records (ROOMREACH_RECORDS)": lambda: _require_records(records),
                "Series (ROOMREACH_SERIES)": series.ready,
                "Collector": lambda: _require_turning(collector),
            }

    def faults(self) -> list[str]:
        """Give a sentence for each part that cannot work just now; none when reports are being stored."""
        with self._asking:
            now = time.monotonic()
            if self._answer is None or now - self._answer[0] > _HOLDS_S:
                self._answer = (now, self._look())
            return self._answer[1]

    def _look(self) -> list[str]:
        if self._parts is None:
            return [
                "Stores: one has not answered yet since the start. Its log says which: start that database."
            ]
        faults = []
        for part, require in self._parts.items():
            try:
                require()
            except Misconfigured as exc:
                faults.append(f"{part}: {exc} Mend the setting and start again.")
            except RoomreachError as exc:
                faults.append(f"{part}: {exc}")
        return faults


def _require_broker(collector: Collector) -> None:
    if not collector.connected:
        raise Unavailable("it does not answer, so nothing comes in. Start it, or look at its access list.")


def _require_records(records: Records) -> None:
    with records.reading() as c:
        places.version(c)


def _require_turning(collector: Collector) -> None:
    if not collector.alive:
        raise Unavailable("its thread has ended. Start the collector again.")
    if (what := collector.tally.waiting_for) is not None:
        raise Unavailable(f"it waits for {what} to take a batch. Nothing is lost; look at that database.")
    if collector.since_turn_s > STUCK_S:
        raise Unavailable(f"its thread has been stuck for {collector.since_turn_s:.0f} s. Start it again.")
