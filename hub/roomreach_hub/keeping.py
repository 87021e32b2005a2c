"""What ends although nobody stopped it is started again, with patience, and that is said once."""

import time
from collections.abc import Callable
from typing import Protocol

from roomreach.errors import RoomreachError

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
STEADY_S = 60.0
"""What has run for so long is well again: the next end is a new one."""


class Part(Protocol):
    """Something that runs beside us."""

    def start(self) -> None:
        """Start it; raise a ``RoomreachError`` when it cannot be."""

    def alive(self) -> bool:
        """Whether it runs."""


class Keeper:
    """Keeps one part running. ``say`` hears a sentence when it ended, and one when it runs again."""

    def __init__(
        self, name: str, part: Part, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._part = part
        self._say = say
        self._clock = clock
        self._wait_s = FIRST_WAIT_S
        self._since = clock()
        self._next_try: float | None = None

    def tick(self) -> None:
        """Look whether the part runs, and start it again when its time has come. Call it often."""
        now = self._clock()
        if self._part.alive():
            if self._next_try is None and now - self._since > STEADY_S:
                self._wait_s = FIRST_WAIT_S
            return
        if self._next_try is None:
            self._say(f"{self._name} ended unexpectedly; it is started again.")
            self._next_try = now + self._wait_s
        if now >= self._next_try:
            self._try(now)

    def _try(self, now: float) -> None:
        again = self._wait_s > FIRST_WAIT_S
        self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
        try:
            self._part.start()
        except RoomreachError as exc:
            if not again:
                self._say(f"{self._name} cannot be started: {exc}. Trying on.")
            self._next_try = now + self._wait_s
            return
        self._next_try = None
        self._since = now
        self._say(f"{self._name} runs again.")
