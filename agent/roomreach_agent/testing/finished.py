"""Which tests have ended since the last report? They wait here for the next round."""

import logging
import threading
from collections import deque

from roomreach.measurement import Measurement
from roomreach.report import question

MOST = 32

log = logging.getLogger(__name__)


class Finished:
    """What tests found, oldest first; any thread may put, and take.

    Beyond ``MOST`` the oldest goes, and ``dropped`` counts it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Measurement] = deque()
        self.dropped = 0

    def put(self, measurement: Measurement) -> None:
        """Hand in what a test found."""
        with self._lock:
            self._waiting.append(measurement)
            if len(self._waiting) > MOST:
                self._waiting.popleft()
                self.dropped += 1
                log.warning("tests that no round took in time are dropped: %d so far", self.dropped)

    def take(self) -> tuple[Measurement, ...]:
        """Take the oldest answer to each question: a report has one, and the others wait for the next."""
        with self._lock:
            taken: dict[tuple[str, str | None], Measurement] = {}
            for measurement in self._waiting:
                taken.setdefault(question(measurement), measurement)
            for measurement in taken.values():
                self._waiting.remove(measurement)
            return tuple(taken.values())
