"""What a run of questions to one host gives: how many were answered, and how fast."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from roomreach.measurement.base import Measurement
from roomreach.shape import Between


class Method(StrEnum):
    """How a host was asked whether it is there."""

    ICMP = "icmp"
    TCP = "tcp"


Milliseconds = Annotated[float, Between(0, 60_000, "ms")]
Attempts = Annotated[int, Between(0, 100, "attempts")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrips(Measurement):
    """Round trips to one host. Times are None when nothing answered.

    ``spread_ms`` is the 95th percentile less the minimum (RFC 5481, PDV).
    """

    method: Method | None = None
    sent: Attempts = 0
    received: Attempts = 0
    min_ms: Milliseconds | None = None
    median_ms: Milliseconds | None = None
    p95_ms: Milliseconds | None = None
    spread_ms: Milliseconds | None = None

    def __post_init__(self) -> None:
        """Refuse more answers than questions."""
        if self.received > self.sent:
            raise ValueError(f"received {self.received} of {self.sent} sent")
