"""How does the collector wait for what is unavailable? It tries again, more and more slowly."""

import logging
import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from roomreach.errors import Misconfigured, RoomreachError, Unavailable

T = TypeVar("T")

MENDABLE = (Unavailable, Misconfigured)
"""While a batch is in hand, even what an operator must mend is waited for: the batch is nowhere else."""

_log = logging.getLogger(__name__)


class Stopped(Exception):
    """The collector is to stop, and what it waited for has not come back."""


class Patience:
    """Tries again until it works. Says once what was lost and why, and once that it was regained."""

    def __init__(
        self,
        stopping: threading.Event,
        *,
        first_s: float = 0.2,
        longest_s: float = 10.0,
        waiting_for: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        self._stopping = stopping
        self._first_s = first_s
        self._longest_s = longest_s
        self._waiting_for = waiting_for

    def until_done(
        self, what: str, act: Callable[[], T], waiting_out: tuple[type[RoomreachError], ...] = MENDABLE
    ) -> T:
        """Act until that raises none of ``waiting_out``; raise ``Stopped`` when told to stop."""
        lost_at: float | None = None
        delay_s = self._first_s
        while True:
            try:
                done = act()
            except waiting_out as exc:
                if lost_at is None:
                    lost_at = time.monotonic()
                    self._waiting_for(what)
                    _log.warning("%s lost, waiting: %s", what, exc)
            else:
                if lost_at is not None:
                    self._waiting_for(None)
                    _log.warning("%s regained after %.1f s", what, time.monotonic() - lost_at)
                return done
            # Full jitter: several collectors that lost the same server do not all return at once.
            if self._stopping.wait(random.uniform(delay_s / 2, delay_s)):  # noqa: S311 - a delay is no secret
                raise Stopped
            delay_s = min(2 * delay_s, self._longest_s)
