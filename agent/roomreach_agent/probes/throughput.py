"""How much does the line carry, and the Wi-Fi?

Tests have times of their own (``roomreach_agent.testing``). A round hands on what they found since the round
before, and costs nothing itself.
"""

from dataclasses import dataclass
from typing import ClassVar

from roomreach.measurement import Measurement
from roomreach_agent.testing.finished import Finished


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputProbe:
    """Gives the tests that have ended since it was last asked; mostly there are none."""

    kind: ClassVar[str] = "throughput"
    targets: ClassVar[tuple[str, ...]] = ("server",)

    finished: Finished

    def measure(self) -> tuple[Measurement, ...]:
        """Give what was found, if anything was."""
        return self.finished.take()
