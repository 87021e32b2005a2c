"""What comes back over a line at one moment, how late, and how much does it leave for a test?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random

from roomreach_hub.buildings.habits import LONDON, Demand, drawn
from roomreach_hub.buildings.spans import Span, within

_QUEUE_MS = 9.0
_LONGEST_QUEUE_MS = 180.0
_FULL = 0.97
_UP_TO_DOWN = 0.15
"""How much residents send for what they fetch."""
_FAIR_SHARE = 0.35
"""What a test's four connections get at least of a line that others fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """When a line is down: first when, for how long, how often; in seconds since 1970."""

    first_s: float
    lasts_s: float
    every_s: float

    def at(self, at_s: float) -> bool:
        """Whether it is down at this moment."""
        return at_s >= self.first_s and (at_s - self.first_s) % self.every_s < self.lasts_s


@dataclass(frozen=True, slots=True)
class Portal:
    """A sign-in page that forgets everybody at two at night; somebody signs in between eight and ten."""

    key: str

    def closed(self, at_s: float) -> bool:
        """Whether nobody is signed in."""
        return self.night(datetime.fromtimestamp(at_s, LONDON).date()).at(at_s)

    def night(self, day: date) -> Span:
        """Give how long nobody is signed in on a day."""
        forgotten, breakfast = (datetime.combine(day, time(hour), LONDON).timestamp() for hour in (2, 8))
        return Span(forgotten, breakfast + 2 * 3600 * drawn(self.key, day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A building's line to the rest of the world. ``lost`` is the share of packets that never come back.

    ``wavers`` is how much of its rate a mobile line loses at a bad moment; ``mast`` says at which.
    """

    round_trip_ms: float
    jitter_ms: float = 2.0
    lost: float = 0.001
    resolver_ms: float = 6.0
    download_mbps: float = 70.0
    upload_mbps: float = 18.0
    wavers: float = 0.0
    mast: str = ""
    demand: Demand = field(default_factory=Demand)
    failing: Failing | None = None
    down: Sequence[Span] = ()
    portal: Portal | None = None

    def up(self, at_s: float) -> bool:
        """Whether it works at this moment."""
        return not ((self.failing and self.failing.at(at_s)) or (self.down and within(self.down, at_s)))

    def full(self, at_s: float) -> float:
        """Give the share of the line that residents fill."""
        return min(_FULL, self.demand.at(at_s) / self._rate_mbps(at_s, self.download_mbps))

    def trips_ms(self, at_s: float, chance: Random, count: int) -> list[float | None]:
        """Give how long packets take there and back, each; None for one that does not come back."""
        if not self.up(at_s):
            return [None] * count
        least_ms = self.round_trip_ms + self._queue_ms(at_s)
        return [
            None if chance.random() < self.lost else least_ms + chance.expovariate(1 / self.jitter_ms)
            for _ in range(count)
        ]

    def trip_ms(self, at_s: float, chance: Random) -> float | None:
        """Give how long one packet takes."""
        return self.trips_ms(at_s, chance, 1)[0]

    def look_up_ms(self, at_s: float, chance: Random) -> float | None:
        """Give how long the router takes to have a name looked up; None when the question gets lost."""
        trip_ms = self.trip_ms(at_s, chance)
        return None if trip_ms is None else trip_ms + self.resolver_ms

    def left_mbps(self, at_s: float) -> tuple[float, float]:
        """Give what a test finds of the line, down and up, while residents use it."""
        used = self.demand.at(at_s)
        down, up = self._rate_mbps(at_s, self.download_mbps), self._rate_mbps(at_s, self.upload_mbps)
        return (
            max(down - used, down * _FAIR_SHARE),
            max(up - used * _UP_TO_DOWN, up * _FAIR_SHARE),
        )

    def _queue_ms(self, at_s: float) -> float:
        full = self.full(at_s)
        return min(_LONGEST_QUEUE_MS, _QUEUE_MS * full * full / (1 - full))

    def _rate_mbps(self, at_s: float, sold_mbps: float) -> float:
        if not self.wavers:
            return sold_mbps
        return sold_mbps * (1 - self.wavers * drawn(self.mast, int(at_s // 900)))
