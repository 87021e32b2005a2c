"""Is somebody using the line just now? The agent cannot see their traffic, but it can see the queue.

While the line is quiet a round trip takes what the way takes; while it is full, packets wait. The quiet time
is learnt from the rounds of the last week: the lowest median of each hour, and of those the 5th percentile.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from statistics import median

from roomreach.errors import Unavailable
from roomreach.measurement import Latency, Measurement, Outcome
from roomreach_agent.echo import PORTS, Asks
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.hosts import Host
from roomreach_agent.testing.spending import Spending

MORE_MS, MORE_SHARE = 5.0, 0.3
"""A line is busy when a round trip takes longer than the quiet time by more than the larger of these."""

WEEK_HOURS = 7 * 24
_HOUR_MS = 3_600_000
_LOOK_UP_S = 3.0


class Quiet:
    """Knows how long the way to ``anchor`` takes on a quiet line; ``target`` is what the rounds call it."""

    def __init__(
        self,
        anchor: Host | None,
        *,
        target: str | None,
        echo: Asks,
        spending: Spending,
        now_ms: Callable[[], int],
    ) -> None:
        self._anchor, self._target, self._echo = anchor, target, echo
        self._spending, self._now_ms = spending, now_ms
        self._lock = threading.Lock()
        self._hours = dict(spending.quiet_hours())

    def saw(self, measurements: Iterable[Measurement]) -> None:
        """Learn from a round."""
        for one in measurements:
            if isinstance(one, Latency) and one.target == self._target and one.outcome is Outcome.OK:
                self._learn(one.median_ms)

    def busy(self) -> bool | None:
        """Ask the anchor; None when there is none, or it says nothing: then only the test itself can tell."""
        if self._anchor is None:
            return None
        try:
            address = self._anchor.find(_LOOK_UP_S)
        except ProbeFailed:
            return None
        trips = self._echo.ask(address, PORTS if self._anchor.port is None else (self._anchor.port,))
        if not trips.times_ms:
            return None
        now_ms = median(trips.times_ms)
        self._learn(now_ms)
        base_ms = baseline(self._hours)
        return base_ms is not None and is_busy(now_ms, base_ms)

    def _learn(self, ms: float | None) -> None:
        if ms is None:
            return
        hour = self._now_ms() // _HOUR_MS
        with self._lock:
            known = self._hours.get(hour)
            if known is not None and known <= ms:
                return
            hours = {one: lowest for one, lowest in self._hours.items() if hour - one < WEEK_HOURS}
            self._hours = hours | {hour: ms}
        # Hardly ever, once an hour has begun: what is lowest is soon found.
        try:
            self._spending.keep_quiet_hour(hour, ms, forget_before=hour - WEEK_HOURS)
        except Unavailable:
            return  # it is known in memory, and learnt again after a start


def baseline(hours: Mapping[int, float]) -> float | None:
    """Give the quiet time, ms: the 5th percentile of the hours, by nearest rank; None before the first."""
    lowest = sorted(hours.values())
    return lowest[-(-len(lowest) * 5 // 100) - 1] if lowest else None


def is_busy(ms: float, base_ms: float) -> bool:
    """Say whether a round trip takes so much longer than on a quiet line that packets wait for others."""
    return ms > base_ms + max(MORE_MS, MORE_SHARE * base_ms)
