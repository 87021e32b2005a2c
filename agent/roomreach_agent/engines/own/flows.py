"""What flows in each direction, and who counts it? Always the end at which it arrives."""

import os
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from roomreach.measurement import Reason
from roomreach_agent.engines.direction import Failed
from roomreach_agent.engines.own.line import Line
from roomreach_agent.engines.own.protocol import RECORD, TICK_S
from roomreach_agent.engines.own.server import PATIENCE_S

_ROOM = 256 * 1024
_MOST_TAKES = 16
_REPEATED_BYTES = 1_048_576
_GIVEN_BYTES = 65_536


class Moment(NamedTuple):
    """So many bytes had arrived, so many seconds after the beginning."""

    at_s: float
    arrived: int


class Flow(Protocol):
    """Bytes under way in one direction."""

    done: bool

    def step(self, at_s: float) -> Sequence[Moment]:
        """Move what can be moved without waiting; give what became known. Raises ``Failed``."""
        ...

    def waits_for(self) -> Sequence[Line]:
        """Name the connections whose news is worth waking up for; the others are looked at anyway."""
        ...


class Download:
    """Four answers that come in, counted here."""

    def __init__(self, lines: Sequence[Line], most_bytes: int) -> None:
        self.done = False
        self._lines = list(lines)
        self._headless = set(self._lines)
        self._most_bytes = most_bytes
        self._arrived = 0
        self._grew_s = 0.0
        self._next_s = TICK_S
        self._buffer = memoryview(bytearray(_ROOM))

    def step(self, at_s: float) -> Sequence[Moment]:
        """See ``Flow.step``."""
        before = self._arrived
        for line in tuple(self._headless):
            self._open(line)
        for line in self._lines:
            if line not in self._headless:
                self._drain(line)
        if self._arrived > before:
            self._grew_s = at_s
        elif at_s - self._grew_s > PATIENCE_S:
            raise Failed(Reason.NO_ANSWER)
        self.done = self._arrived >= self._most_bytes
        if not self.done and all(line.ended for line in self._lines):
            raise Failed(Reason.NO_ANSWER)
        if at_s < self._next_s and not self.done:
            return ()
        self._next_s = at_s + TICK_S
        return (Moment(at_s, self._arrived),)

    def waits_for(self) -> Sequence[Line]:
        """Wait for nothing: waking up for every packet would cost more than it tells."""
        return ()

    def _open(self, line: Line) -> None:
        line.take()
        if line.received and line.head() is not None:
            self._headless.discard(line)
            self._arrived += len(line.received)
        elif line.ended:
            raise Failed(Reason.NO_ANSWER)

    def _drain(self, line: Line) -> None:
        for _ in range(_MOST_TAKES):
            count = line.take_into(self._buffer)
            self._arrived += count
            if not count:
                break


class Upload:
    """Four requests that go out, counted by the server, which says so on a connection of its own."""

    def __init__(self, lines: Sequence[Line], counter: Line, shares: Sequence[int]) -> None:
        self.done = False
        self._left = dict(zip(lines, shares, strict=True))
        self._counter = counter
        # Random, and repeated after a megabyte, so that nothing on the way can make it smaller.
        self._payload = memoryview(os.urandom(_REPEATED_BYTES + _GIVEN_BYTES))
        self._apart = {line: at * _REPEATED_BYTES // len(lines) for at, line in enumerate(lines)}
        self._most_bytes = sum(shares)
        self._first_us: int | None = None
        self._arrived = 0
        self._grew_s = 0.0

    def step(self, at_s: float) -> Sequence[Moment]:
        """See ``Flow.step``."""
        for line in self._left:
            self._fill(line)
            line.take()
            if line.received:
                # Either all of it has arrived, or whatever was said instead raises.
                line.head()
        self._counter.take()
        moments = tuple(self._records())
        if moments and moments[-1].arrived > self._arrived:
            self._arrived, self._grew_s = moments[-1].arrived, at_s
            self.done = self._arrived >= self._most_bytes
        elif self._counter.ended or at_s - self._grew_s > PATIENCE_S:
            raise Failed(Reason.NO_ANSWER)
        return moments

    def waits_for(self) -> Sequence[Line]:
        """Wait for the server's count."""
        return (self._counter,)

    def _fill(self, line: Line) -> None:
        for _ in range(_MOST_TAKES):
            left = self._left[line]
            # TLS wants the same bytes again after it took none: so the same left always gives the same bytes.
            begin = (self._apart[line] - left) % _REPEATED_BYTES
            given = line.give(self._payload[begin : begin + min(left, _GIVEN_BYTES)]) if left else 0
            self._left[line] = left - given
            if not given:
                break

    def _records(self) -> Sequence[Moment]:
        received = self._counter.received
        whole = len(received) // RECORD.size * RECORD.size
        moments = []
        for at_us, arrived in RECORD.iter_unpack(received[:whole]):
            self._first_us = at_us if self._first_us is None else self._first_us
            moments.append(Moment((at_us - self._first_us) / 1e6, arrived))
        del received[:whole]
        return moments
