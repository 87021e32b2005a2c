"""Around one access point: who else is on the air, and when is it switched off?"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from roomreach_hub.buildings.habits import Demand, busy
from roomreach_hub.buildings.spans import Span, within

_MOST_BUSY = 0.85
_AIR_MBPS = 55.0
"""What residents' own use fills the air with: at their typical rate, so much would fill it whole."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A frequency, and the share of time that the neighbours' networks fill it at their busiest."""

    frequency_mhz: int = 2437
    neighbours: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """An access point's part of the air. ``retuned`` is its next channel, and since when (s since 1970)."""

    channel: Channel = Channel()
    retuned: tuple[float, Channel] | None = None
    demand: Demand = field(default_factory=Demand)
    off: Sequence[Span] = ()

    def on(self, at_s: float) -> bool:
        """Whether it is switched on."""
        return not self.off or not within(self.off, at_s)

    def channel_at(self, at_s: float) -> Channel:
        """Give the channel of a moment."""
        return self.channel if self.retuned is None or at_s < self.retuned[0] else self.retuned[1]

    def busy(self, at_s: float) -> float:
        """Give the share of time that others fill its channel: the neighbours, and its own residents."""
        neighbours = self.channel_at(at_s).neighbours
        # Beacons alone, of many networks, fill a third of what they fill in the evening.
        theirs = neighbours * (0.35 + 0.65 * busy(at_s)) if neighbours else 0.0
        return min(_MOST_BUSY, theirs + self.demand.at(at_s) / _AIR_MBPS)
