"""Which tests run now, and what may each still move?"""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, time

from roomreach.errors import NotFound, Refused, Unavailable

IDLE_S = 30.0
"""A test none of whose requests was open for so long was given up: opening connections takes seconds."""

_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the server gives: tests at a time, bytes a test, bytes an agent and UTC day, bits a second."""

    tests: int = 100
    agent_tests: int = 4
    """An agent makes one at a time; others may have been given up a moment ago."""
    test_bytes: int = 500_000_000
    day_bytes: int = 2_000_000_000
    mbps: float | None = None


@dataclass(slots=True, eq=False)
class Test:
    """One agent's test. ``agent`` is the digest of its token; ``arrived`` counts its uploads."""

    name: str
    agent: bytes
    last_s: float
    promised: int = 0
    arrived: int = 0
    open: int = 0
    uploads: set[asyncio.Timeout] = field(default_factory=set)

    def leave(self) -> None:
        """End its uploads: nobody hears any more what of them has arrived."""
        for upload in self.uploads:
            if not upload.expired():
                upload.reschedule(0)


@dataclass(slots=True)
class _Day:
    number: int = -1
    promised: dict[bytes, int] = field(default_factory=dict)


class UnderWay:
    """The tests that run. Nothing of it outlives the process: a restart begins the day anew."""

    def __init__(
        self,
        limits: Limits,
        clock: Callable[[], float] = monotonic,
        wall: Callable[[], float] = time,
    ) -> None:
        self.limits = limits
        self._clock = clock
        self._wall = wall
        self._tests: dict[str, Test] = {}
        self._day = _Day()

    def __len__(self) -> int:
        self._forget_the_idle()
        return len(self._tests)

    def begin(self, agent: bytes) -> Test:
        """Begin a test; raises ``Unavailable`` when there are as many as may be, ``Refused`` for the day."""
        self._forget_the_idle()
        if self._today(agent) >= self.limits.day_bytes:
            raise Refused("This agent has had its bytes for today.")
        if sum(test.agent == agent for test in self._tests.values()) >= self.limits.agent_tests:
            raise Unavailable("This agent runs as many tests as it may.")
        if len(self._tests) >= self.limits.tests:
            raise Unavailable("As many tests run as may.")
        test = Test(secrets.token_urlsafe(12), agent, self._clock())
        self._tests[test.name] = test
        return test

    def end(self, test: Test) -> None:
        """End a test: its place is free."""
        test.leave()
        self._tests.pop(test.name, None)

    @contextmanager
    def taking_part(self, name: str, agent: bytes) -> Iterator[Test]:
        """Hold an agent's test for the time of one request; raises ``NotFound`` when it has none such."""
        test = self._tests.get(name)
        if test is None or test.agent != agent:
            raise NotFound("No such test runs.")
        test.open += 1
        try:
            yield test
        finally:
            test.open -= 1
            test.last_s = self._clock()

    def promise(self, test: Test, count: int) -> None:
        """Reserve bytes before any moves; raises ``Refused`` beyond what the test or the day allows."""
        if test.promised + count > self.limits.test_bytes:
            raise Refused("That is more than one test may move.")
        if self._today(test.agent) + count > self.limits.day_bytes:
            raise Refused("That is more than this agent may move today.")
        test.promised += count
        self._day.promised[test.agent] = self._today(test.agent) + count

    def give_back(self, test: Test, count: int) -> None:
        """Return what was promised and not moved: a test that settled early costs what it moved."""
        test.promised -= count
        self._day.promised[test.agent] = max(0, self._today(test.agent) - count)

    def _today(self, agent: bytes) -> int:
        number = int(self._wall() // _DAY_S)
        if number != self._day.number:
            self._day = _Day(number)
        return self._day.promised.get(agent, 0)

    def _forget_the_idle(self) -> None:
        now = self._clock()
        for test in list(self._tests.values()):
            if not test.open and now - test.last_s > IDLE_S:
                del self._tests[test.name]
