"""What does a simulated box test throughput with? The real engine over simulated transfers, and a meter."""

from collections.abc import Callable
from pathlib import Path
from random import Random

from roomreach.measurement.throughput import End
from roomreach_agent.engines.machine import Machine
from roomreach_agent.engines.own.engine import OwnEngine
from roomreach_agent.engines.own.transfers import Transfers
from roomreach_agent.hosts import Host
from roomreach_agent.testing.meter import Passed
from roomreach_hub.buildings.spot import Spot
from roomreach_hub.buildings.transfers import SimulatedTransfers

_OVERHEAD = 1.06
"""What a kernel counts for each byte of payload: headers, acknowledgements, and what was sent twice."""


class Trials:
    """The tests of throughput at a spot, one at a time, begun when ``at_s`` says (s since 1970).

    They take no time, though the clock of their machine goes on as if they did. It is their ``Meter`` too.
    """

    def __init__(self, spot: Spot, at_s: Callable[[], float], chance: Random, root: Path) -> None:
        self._spot, self._at_s, self._chance = spot, at_s, chance
        self._current: SimulatedTransfers | None = None
        self._lasted_s = 0.0
        self._passed = 0
        self.engine = OwnEngine(
            self._transfers, Machine(root=root, clock=self._clock_s, process_time=lambda: 0.0)
        )

    def start(self, host: Host | None) -> Passed:  # noqa: ARG002 - nothing else passes
        """Begin to count; see ``Meter.start``."""
        before = self._bytes()
        return lambda: int((self._bytes() - before) * _OVERHEAD)

    def _transfers(self, end: End) -> Transfers:
        self._lasted_s, self._passed = self._clock_s(), self._bytes()
        self._current = SimulatedTransfers(self._spot, end, self._at_s(), self._chance)
        return self._current

    def _clock_s(self) -> float:
        return self._lasted_s + (self._current.lasted_s if self._current else 0.0)

    def _bytes(self) -> int:
        return self._passed + (self._current.passed if self._current else 0)
