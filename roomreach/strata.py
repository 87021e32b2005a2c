"""Which parts has a day in London, and where in one of them may a test start?"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from roomreach.moments import milliseconds

LONDON = ZoneInfo("Europe/London")

STRATA = ((0, 7), (7, 12), (12, 18), (18, 20), (20, 22), (22, 24))
"""Hours of the clock on the wall, from and until."""
BUSY = (20, 22)
"""The busy hour, which every figure about speed is made of."""

LENGTH_S = 120
"""How long an agent has the site for itself: waiting for a quiet line, then testing both ways and ends."""

_LENGTH_MS = LENGTH_S * 1000


@dataclass(frozen=True, slots=True)
class Span:
    """One stratum of one day, in UTC milliseconds."""

    start_ms: int
    end_ms: int
    busy: bool

    @property
    def room(self) -> int:
        """How many slots fit in, one after the other."""
        return (self.end_ms - self.start_ms) // _LENGTH_MS


def spans_of(day: date) -> list[Span]:
    """Give the strata of a day in London, earliest first."""
    return [Span(_at_ms(day, start), _at_ms(day, end), (start, end) == BUSY) for start, end in STRATA]


def day_of(at_ms: int) -> date:
    """Say which day it is in London."""
    return datetime.fromtimestamp(at_ms / 1000, LONDON).date()


def begins_ms(day: date) -> int:
    """Give the midnight, in London, with which a day begins."""
    return _at_ms(day, 0)


def apart(seed: str, span: Span, many: int) -> list[int]:
    """Draw so many starts, no two slots overlapping, every way to place them being equally likely."""
    free = span.end_ms - span.start_ms - many * _LENGTH_MS
    drawn = sorted(int(chance(seed, number) * (free + 1)) for number in range(many))
    return [span.start_ms + offset + place * _LENGTH_MS for place, offset in enumerate(drawn)]


def gaps(span: Span, since_ms: int, taken: Iterable[int]) -> list[tuple[int, int]]:
    """Find where else a slot could start: from each first moment up to, not including, each last."""
    found: list[tuple[int, int]] = []
    first = max(span.start_ms, since_ms)
    for start_ms in sorted(one for one in taken if span.start_ms <= one < span.end_ms):
        if first <= start_ms - _LENGTH_MS:
            found.append((first, start_ms - _LENGTH_MS + 1))
        first = max(first, start_ms + _LENGTH_MS)
    if first <= span.end_ms - _LENGTH_MS:
        found.append((first, span.end_ms - _LENGTH_MS + 1))
    return found


def _at_ms(day: date, hour: int) -> int:
    # No stratum begins in the hour that a change of the clocks skips or repeats.
    on, hour = (day + timedelta(days=1), 0) if hour == 24 else (day, hour)  # noqa: PLR2004 - the day's end
    return milliseconds(datetime.combine(on, time(hour), LONDON))


def chance(*words: object) -> float:
    """Draw from 0 up to, not including, 1: the same for the same words, in every version of Python."""
    drawn = hashlib.blake2b("|".join(map(str, words)).encode(), digest_size=8).digest()
    return (int.from_bytes(drawn, "big") >> 11) / 2**53
