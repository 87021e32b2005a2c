"""How long is one direction measured, and what was found when it ended?"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from statistics import median

from roomreach.measurement import Reason
from roomreach.measurement.throughput import StoppedBy
from roomreach_agent.engines.direction import Direction, Failed
from roomreach_agent.engines.own.course import Course
from roomreach_agent.engines.own.settling import bounds, settled
from roomreach_agent.engines.own.transfers import Tick, Transfers

LONGEST_S = 10.0
"""One direction takes no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One direction, measured: bounds only where it had not settled; ``arrived`` in bytes of payload."""

    mbps: float
    low_mbps: float | None = None
    high_mbps: float | None = None
    stopped_by: StoppedBy
    arrived: int
    loaded_ms: float | None


def measure(transfers: Transfers, direction: Direction, most_bytes: int) -> Found:
    """Let bytes flow until their rate has settled, or they or the time run out.

    Raises ``Failed`` and ``ProbeFailed`` as ``Transfers.run`` does, and ``Failed`` when nothing arrived.
    """
    with closing(transfers.run(direction, most_bytes)) as ticks:
        return _followed(ticks)


def _followed(ticks: Generator[Tick]) -> Found:
    course = Course()
    trips: list[float] = []
    stopped_by: StoppedBy = "bytes"
    rate: float | None = None
    judged = 0
    for tick in ticks:
        course.add(tick.at_s, tick.arrived)
        trips.extend(tick.trips_ms)
        # Between the ends of two windows nothing new can be said.
        if course.whole_windows != judged:
            judged = course.whole_windows
            rate = settled(course)
        if rate is not None:
            stopped_by = "converged"
            break
        if tick.at_s >= LONGEST_S:
            stopped_by = "time"
            break
    if not course.arrived:
        raise Failed(Reason.NO_ANSWER)
    loaded_ms = round(median(trips), 3) if trips else None
    if rate is not None:
        return Found(mbps=_told(rate), stopped_by=stopped_by, arrived=course.arrived, loaded_ms=loaded_ms)
    low, high = bounds(course)
    return Found(
        mbps=_told(course.mean),
        low_mbps=_told(low),
        high_mbps=None if high is None else _told(high),
        stopped_by=stopped_by,
        arrived=course.arrived,
        loaded_ms=loaded_ms,
    )


def _told(bytes_per_s: float) -> float:
    return round(bytes_per_s * 8 / 1e6, 3)
