"""What came of asking a host: how often, how fast, and why not at all."""

import errno
from dataclasses import dataclass
from statistics import median
from typing import TypedDict

from roomreach.measurement import Method, Reason


class NotPermitted(Exception):
    """Raised where this user may not send an ICMP echo."""


class Figures(TypedDict):
    """The fields of ``RoundTrips``."""

    reason: Reason | None
    method: Method
    sent: int
    received: int
    min_ms: float | None
    median_ms: float | None
    p95_ms: float | None
    spread_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trips:
    """Round trips in milliseconds, in any order; ``no_route`` when the kernel knew no way to the host."""

    method: Method
    sent: int
    times_ms: tuple[float, ...] = ()
    no_route: bool = False

    @property
    def reason(self) -> Reason | None:
        """Why nothing answered, or None when anything did."""
        if self.times_ms:
            return None
        return Reason.NO_ROUTE if self.no_route else Reason.NO_ANSWER

    def figures(self) -> Figures:
        """Give the fields of a measurement. The 95th percentile is by nearest rank: a value that occurred."""
        times = sorted(self.times_ms)
        lowest = times[0] if times else None
        p95 = times[-(-len(times) * 95 // 100) - 1] if times else None
        return Figures(
            reason=self.reason,
            method=self.method,
            sent=self.sent,
            received=len(times),
            min_ms=_rounded(lowest),
            median_ms=_rounded(median(times) if times else None),
            p95_ms=_rounded(p95),
            spread_ms=_rounded(None if p95 is None or lowest is None else p95 - lowest),
        )


def is_no_route(error: int | None) -> bool:
    """Tell whether a socket's error number means that this machine knows no way, not that nobody answered.

    EACCES is a route that the administrator prohibits. EHOSTUNREACH is not here: it also means a neighbour
    that does not answer to its address.
    """
    return error in {errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EACCES}


def _rounded(ms: float | None) -> float | None:
    # A microsecond is what a clock on a small machine is good for.
    return None if ms is None else round(ms, 3)
