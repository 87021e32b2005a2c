"""The making of the history as one part of a demonstration: started, watched, stopped."""

import os
import sys
from pathlib import Path

from roomreach.errors import Unavailable
from roomreach.places import Register
from roomreach_hub.buildings.history.storing import Storing
from roomreach_hub.child import Child
from roomreach_store.records import Records
from roomreach_store.series import SeriesStore

_MOST_MAKERS = 2


class Past:
    """Makes so many days, newest first, in processes of their own, and stores them in this one."""

    def __init__(self, orders: Path, days: int) -> None:
        self.days = days
        makers = min(_MOST_MAKERS, os.cpu_count() or 1)
        self._children = [
            Child(
                [
                    sys.executable,
                    "-I",
                    "-m",
                    "roomreach_hub.buildings.history",
                    orders,
                    str(part),
                    str(makers),
                ],
                orders.parent / f"history-{part}.log",
                piped=True,
            )
            for part in range(makers)
        ]
        self._storing: list[Storing] = []
        self._begun = False

    def start(self, register: Register, records: Records, series: SeriesStore) -> None:
        """Begin. Raises ``Unavailable`` when a process cannot be started."""
        try:
            for child in self._children:
                child.start()
                storing = Storing(child.output, register, records, series)
                self._storing.append(storing)
                storing.start()
        finally:
            self._begun = True

    def stop(self) -> None:
        """End it, wherever it has got to."""
        for storing in self._storing:
            storing.ask_to_stop()
        for child in self._children:
            child.stop()
        for storing in self._storing:
            storing.join()

    @property
    def done(self) -> int:
        """How many days are whole by now."""
        return min((storing.days for storing in self._storing), default=0)

    @property
    def reports(self) -> int:
        """How many reports are stored by now."""
        return sum(storing.reports for storing in self._storing)

    @property
    def under_way(self) -> bool:
        """Whether more days are to come: whoever stores has what it needs until its pipe ends."""
        if not self._missing or len(self._storing) < len(self._children):
            return False
        return all(one.alive() or one.days == self.days for one in self._storing)

    def check(self) -> None:
        """Raise ``Unavailable`` when it ended before its last day."""
        if self._missing and not self.under_way:
            faults = [one.fault for one in self._storing] + [child.last_words() for child in self._children]
            why = next(filter(None, faults), "its process ended")
            raise Unavailable(f"The history stays as it is, {self.done} of {self.days} days: {why}")

    def notice(self) -> str | None:
        """Say on the page how far it is, or that it got no further; nothing before, or once it is whole."""
        if not (self._begun and self._missing):
            return None
        so_far = f"{self.done} of {self.days} days"
        if not self.under_way:
            return f"the history is incomplete: {so_far}"
        waiting_for = next(filter(None, (one.waiting_for for one in self._storing)), None)
        return f"making history, {so_far}" + (f"; waiting for {waiting_for}" if waiting_for else "")

    @property
    def _missing(self) -> bool:
        return self.done < self.days
