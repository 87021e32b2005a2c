"""How long does the way out of the building and back take?"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from roomreach.measurement.round_trips import RoundTrips

Anchor = Literal["hub", "anchor_1", "anchor_2", "anchor_3"]
"""Whom we ask: roomreach's own server, or a host that the settings name. Its address stays on the agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency(RoundTrips):
    """Round trips to one host outside the building."""

    kind: ClassVar[str] = "latency"

    target: Anchor
