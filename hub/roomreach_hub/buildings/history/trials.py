"""When does an agent test throughput, and what comes of it? By the real engine, over simulated transfers.

A day has six parts, the busy ones short, so that each is covered every day; a metered line has two. Agents of
one site take turns within each part, so that two never test at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from roomreach.measurement import Throughput
from roomreach.measurement.throughput import End
from roomreach_agent.engines.engine import Ask
from roomreach_agent.engines.machine import Machine
from roomreach_agent.engines.own.engine import OwnEngine
from roomreach_agent.engines.own.transfers import Transfers
from roomreach_hub.buildings.habits import LONDON, drawn
from roomreach_hub.buildings.spot import Spot
from roomreach_hub.buildings.transfers import SimulatedTransfers

_PARTS = ((0, 7), (7, 12), (12, 18), (18, 20), (20, 22), (22, 24))
_METERED_PARTS = ((12, 18), (20, 22))
_MOST_BYTES, _MOST_WIRED_BYTES, _MOST_METERED_BYTES = 20_000_000, 40_000_000, 4_000_000
_OVERHEAD = 1.06
"""What a kernel counts for each byte of payload: headers, acknowledgements, and what was sent twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Whose turn it is on a site: the ``place``-th of ``agents``. ``key`` names the agent."""

    key: str
    site: str
    place: int
    agents: int
    metered: bool

    def between(self, begin_s: float, end_s: float) -> Iterator[float]:
        """Give when this agent tests, from a moment up to another, in seconds since 1970."""
        day = datetime.fromtimestamp(begin_s, LONDON).date()
        while _local_s(day, 0) < end_s:
            for hours in _METERED_PARTS if self.metered else _PARTS:
                at_s = self._in_part(day, *hours)
                if begin_s <= at_s < end_s:
                    yield at_s
            day += timedelta(days=1)

    def _in_part(self, day: date, first: int, last: int) -> float:
        begin_s, end_s = _local_s(day, first), _local_s(day, last)
        place = (self.place + int(self.agents * drawn(self.site, day, first))) % self.agents
        into = (place + 0.1 + 0.7 * drawn(self.key, day, first)) / self.agents
        return begin_s + into * (end_s - begin_s)


def _local_s(day: date, hour: int) -> float:
    if hour == 24:  # noqa: PLR2004 - the midnight that ends a day
        day, hour = day + timedelta(days=1), 0
    return datetime.combine(day, time(hour), LONDON).timestamp()


@dataclass(slots=True, kw_only=True)
class Trials:
    """The tests that an agent makes at a spot, towards the ends that it is told."""

    spot: Spot
    ends: Sequence[End]
    metered: bool
    root: Path
    chance: Random
    _at_s: float = 0.0
    _current: SimulatedTransfers | None = None
    _engine: OwnEngine = field(init=False)

    def __post_init__(self) -> None:
        """Make the engine, on a machine whose clock goes on while it transfers."""
        machine = Machine(root=self.root, clock=self._clock_s, process_time=lambda: 0.0)
        self._engine = OwnEngine(self._transfers, machine)

    def at(self, at_s: float) -> tuple[Throughput, ...]:
        """Make one test of each end, back to back."""
        self._at_s, self._current = at_s, None
        most = _MOST_BYTES if self.spot.radio else _MOST_WIRED_BYTES
        if self.metered:
            most = _MOST_METERED_BYTES
        found = []
        for end in self.ends:
            measured = self._engine.test(Ask(target=end, most_bytes=most))
            spent = (measured.download_bytes or 0) + (measured.upload_bytes or 0)
            found.append(replace(measured, spent_bytes=int(spent * _OVERHEAD), waited_s=0.0))
            self._at_s, self._current = self._clock_s(), None
        return tuple(found)

    def _clock_s(self) -> float:
        return self._at_s + (self._current.lasted_s if self._current else 0.0)

    def _transfers(self, end: End) -> Transfers:
        self._current = SimulatedTransfers(self.spot, end, self._at_s, self.chance)
        return self._current
