"""When are the families of a building at home, and how much of its line do they use?

Busy are the hours of homework, from half past three, and the evening from eight to ten; weekends begin later
and have no school. What one household uses at its busiest is the planning rate of providers, some 3 Mbit/s on
average, in steps of a quarter of an hour.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from roomreach_hub.buildings.spans import Span, within

LONDON = ZoneInfo("Europe/London")
STEP_S = 900
PEAK_MBPS = 3.0
"""What a household uses at the busiest time, on average."""

_SATURDAY = 5
# The share of the peak, by the hour, local time.
_SCHOOL_DAY = (
    *(0.30, 0.15, 0.08, 0.05, 0.05, 0.07, 0.15, 0.30, 0.25, 0.20, 0.20, 0.22),
    *(0.28, 0.25, 0.25, 0.45, 0.65, 0.70, 0.72, 0.85, 1.00, 1.00, 0.75, 0.50),
)
_WEEKEND = (
    *(0.45, 0.28, 0.15, 0.08, 0.06, 0.06, 0.08, 0.15, 0.28, 0.42, 0.52, 0.58),
    *(0.62, 0.62, 0.62, 0.65, 0.68, 0.70, 0.75, 0.85, 0.95, 0.98, 0.85, 0.65),
)


def drawn(*words: object) -> float:
    """Draw a number from 0 to 1: the same for the same words, whoever asks and in whatever order."""
    text = " ".join(map(str, words)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest(), "big") / 2**48


def busy(at_s: float) -> float:
    """Say how busy residents are, as a share of their busiest time."""
    local = datetime.fromtimestamp(at_s, LONDON)
    day = _WEEKEND if local.weekday() >= _SATURDAY else _SCHOOL_DAY
    into = local.minute / 60
    return day[local.hour] * (1 - into) + day[(local.hour + 1) % 24] * into


@dataclass(frozen=True, slots=True)
class Household:
    """One family's home: how eagerly it uses the line (1 is usual), and when nobody lives there."""

    key: str
    appetite: float = 1.0
    empty: tuple[Span, ...] = ()


def household(seed: int, key: str, course: Span) -> Household:
    """Draw a home: in two of five, one family moves out and the next moves in some days later."""
    appetite = 0.6 + 0.9 * drawn(seed, key, "appetite")
    empty: tuple[Span, ...] = ()
    if drawn(seed, key, "moves") < 0.4:  # noqa: PLR2004 - two of five
        begin_s = course.share(0.1 + 0.65 * drawn(seed, key, "leaves"))
        empty = (Span(begin_s, begin_s + course.lasts_s * (0.05 + 0.15 * drawn(seed, key, "stays empty"))),)
    return Household(f"{seed} {key}", appetite, empty)


@dataclass(frozen=True, slots=True)
class Demand:
    """What some households use together, Mbit/s: nothing where there are none."""

    homes: Sequence[Household] = ()
    _known: dict[int, float] = field(default_factory=dict, compare=False, repr=False)

    def at(self, at_s: float) -> float:
        """Give the use in the step of time that holds a moment."""
        step = int(at_s // STEP_S)
        found = self._known.get(step)
        if found is None:
            found = self._known[step] = self._in_step(step) if self.homes else 0.0
        return found

    def _in_step(self, step: int) -> float:
        at_s = step * STEP_S
        share = busy(at_s)
        return sum(
            PEAK_MBPS * share * home.appetite * (0.25 + 1.5 * drawn(home.key, step))
            for home in self.homes
            if not within(home.empty, at_s)
        )
