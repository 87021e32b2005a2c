"""What is typical, and between which values do most lie?"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """``n`` values: their median, the 20th and 80th percentiles, the smallest and the largest."""

    n: int
    median: float
    p20: float
    p80: float
    lowest: float
    highest: float


def summary(values: Iterable[float | None]) -> Summary | None:
    """Summarise what is known; None when nothing is."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    return Summary(
        n=len(known),
        median=median(known),
        p20=percentile(known, 20),
        p80=percentile(known, 80),
        lowest=known[0],
        highest=known[-1],
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Give the smallest value that at least ``percent`` % do not exceed: always one that was measured."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
