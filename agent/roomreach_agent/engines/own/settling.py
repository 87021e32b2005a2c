"""Has the rate settled, and at what? If it has not, between which bounds does it lie?

Bytes reach a program in order, so a lost packet holds back all that came after it: the course of a steady
line lies on a straight one, and falls below it for a while again and again. So the rate is the *median* of
many slopes, which such falls do not move, and it has settled when most of the course lies on one of them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import combinations, pairwise
from statistics import median

from roomreach_agent.engines.own.course import Course, Point

BEGINNING = 0.3
"""The share of the time that belongs to TCP's finding its pace, and is not looked at."""

FEWEST_WINDOWS = 12
"""Less of a course says too little: its rate would be off by more than 10 % now and then."""

ON_THE_LINE = 0.01
"""A moment lies on the straight line when it is off by at most this share of all that arrived."""

SHARE_ON_THE_LINE = 0.7
HALVES_AGREE = 0.03
"""How much the rates of the whole and of both halves may differ: a rate that changes has not settled."""

FEWEST_FOR_A_BOUND = 4
PEAK_MARGIN = 1.25
RISING = 1.1


def settled(course: Course) -> float | None:
    """Give bytes a second once the rate has settled; None as long as it has not."""
    windows = course.windows()
    tail = windows[max(1, int(len(windows) * BEGINNING)) :]
    if len(tail) <= FEWEST_WINDOWS:
        return None
    half = len(tail) // 2
    halves = (_slope(tail[: half + 1]), _slope(tail[-half - 1 :]))
    # The halves are the cheaper half of the work, and most often say no.
    if min(halves) <= 0 or not _agree(*halves):
        return None
    rate = _slope(tail)
    if not _agree(rate, *halves):
        return None
    return rate if _on_one_line(tail, rate) >= SHARE_ON_THE_LINE else None


def bounds(course: Course) -> tuple[float, float | None]:
    """Give the least and the most bytes a second that the way carries, as far as the course can tell.

    Nothing arrives faster than the way carries, so the plain mean is the least. Nobody saw more than the best
    window's rate; the margin is for the luck that window may have lacked. While the rate still rises, and
    before anything was seen of it, nothing is known of the most: None.
    """
    windows = course.windows()
    rates = [(after.arrived - before.arrived) / course.window_s for before, after in pairwise(windows)]
    if len(rates) < FEWEST_FOR_A_BOUND:
        return course.mean, None
    third = len(rates) // 3
    rising = sum(rates[-third:]) > RISING * sum(rates[-2 * third : -third])
    return course.mean, None if rising else max(course.mean, PEAK_MARGIN * max(rates))


def _agree(*rates: float) -> bool:
    return max(rates) - min(rates) <= HALVES_AGREE * max(rates)


def _slope(points: Sequence[Point]) -> float:
    """Give the median of the slopes between any two points (Theil and Sen)."""
    return median(
        (after.arrived - before.arrived) / (after.at_s - before.at_s)
        for before, after in combinations(points, 2)
    )


def _on_one_line(points: Sequence[Point], rate: float) -> float:
    """Give the share of points that one straight line of this slope meets, each nearly."""
    width = 2 * ON_THE_LINE * rate * (points[-1].at_s - points[0].at_s)
    levels = sorted(point.arrived - rate * point.at_s for point in points)
    best = max(bisect_right(levels, level + width) - at for at, level in enumerate(levels))
    return best / len(levels)
