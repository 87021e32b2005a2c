"""Which tests have ended since the last report? They wait here for the next round."""

import threading
from collections import deque

from roomreach.measurement import Measurement
from roomreach.report import question

MOST = 32


class Finished:
    """What tests found, oldest first; any thread may put, and take. Beyond ``MOST`` the oldest goes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Measurement] = deque(maxlen=MOST)

    def put(self, measurement: Measurement) -> None:
        """Hand in what a test found."""
        with self._lock:
            self._waiting.append(measurement)

    def take(self) -> tuple[Measurement, ...]:
        """Take the oldest answer to each question: a report has one, and the others wait for the next."""
        with self._lock:
            taken: dict[tuple[str, str | None], Measurement] = {}
            for measurement in self._waiting:
                taken.setdefault(question(measurement), measurement)
            for measurement in taken.values():
                self._waiting.remove(measurement)
            return tuple(taken.values())
