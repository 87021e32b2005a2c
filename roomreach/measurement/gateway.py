"""Does the building's router answer us?"""

from dataclasses import dataclass
from typing import ClassVar

from roomreach.measurement.round_trips import RoundTrips


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway(RoundTrips):
    """Round trips to the default gateway. A router may ignore pings and work all the same."""

    kind: ClassVar[str] = "gateway"
