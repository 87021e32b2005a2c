"""What is a throughput engine? One way to find out how much a line or a Wi-Fi carries."""

from dataclasses import dataclass
from typing import Protocol

from roomreach.measurement import Throughput
from roomreach.measurement.throughput import End, EngineName


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One test to make: towards which end, and what it may cost at most, both directions together."""

    target: End
    most_bytes: int


class Engine(Protocol):
    """One way to measure. ``publishes`` says that its results leave for somebody else's servers."""

    @property
    def name(self) -> EngineName:
        """What the measurement calls it."""
        ...

    @property
    def publishes(self) -> bool:
        """Whether anybody outside roomreach learns of a test: a confidential site refuses such an engine."""
        ...

    def test(self, ask: Ask) -> Throughput:
        """Make one test, both directions, and say what it found; what it cost is counted by others.

        An end that does not answer is a ``Throughput`` with a reason. Raises ``ProbeFailed`` when the test
        could not be made, or gave what cannot be believed.
        """
        ...
