"""What comes back over a line at one moment, and how late?"""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """When a line is down: first when, for how long, how often; in seconds since the buildings began."""

    first_s: float
    lasts_s: float
    every_s: float

    def at(self, at_s: float) -> bool:
        """Whether it is down at this moment."""
        return at_s >= self.first_s and (at_s - self.first_s) % self.every_s < self.lasts_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A building's line to the rest of the world. ``lost`` is the share of packets that never come back."""

    round_trip_ms: float
    jitter_ms: float = 2.0
    lost: float = 0.001
    resolver_ms: float = 6.0
    failing: Failing | None = None

    def up(self, at_s: float) -> bool:
        """Whether it works at this moment."""
        return self.failing is None or not self.failing.at(at_s)

    def trip_ms(self, at_s: float, chance: Random) -> float | None:
        """Give how long one packet takes there and back; None when it does not come back."""
        if not self.up(at_s) or chance.random() < self.lost:
            return None
        return self.round_trip_ms + chance.expovariate(1 / self.jitter_ms)

    def look_up_ms(self, at_s: float, chance: Random) -> float | None:
        """Give how long the router takes to have a name looked up; None when the question gets lost."""
        trip_ms = self.trip_ms(at_s, chance)
        return None if trip_ms is None else trip_ms + self.resolver_ms
