"""How long does a small question take to the speed server and back, while bytes flow beside it?"""

from collections.abc import Callable

from roomreach_agent.engines.own.line import Line

GAP_S = 0.05
"""From one answer to the next question. One question is under way at a time."""


class RoundTrips:
    """Asks and times, on a connection of its own, without ever waiting."""

    def __init__(self, line: Line, question: bytes, clock: Callable[[], float]) -> None:
        self.line = line
        self._question = question
        self._clock = clock
        self._asked_at: float | None = None
        self._next_at = clock()
        self._times_ms: list[float] = []

    def step(self) -> None:
        """Take the answer if it is there, and ask the next question if its time has come."""
        now = self._clock()
        if self._asked_at is not None:
            self.line.take()
            if self.line.received and self.line.head() is not None:
                self._times_ms.append((now - self._asked_at) * 1000)
                self._asked_at, self._next_at = None, now + GAP_S
        elif now >= self._next_at:
            self._asked_at = self._clock()
            self.line.ask(self._question)

    def taken_ms(self) -> tuple[float, ...]:
        """Give the times since this was last asked."""
        taken, self._times_ms = tuple(self._times_ms), []
        return taken
