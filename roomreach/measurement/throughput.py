"""How much does the way to a server, or to the building's router, carry?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from roomreach.measurement.base import Measurement
from roomreach.measurement.round_trips import Milliseconds
from roomreach.shape import Between

End = Literal["server", "reference"]
"""The other end of the test: roomreach's server, over the building's line; or the building's reference agent,
over its Wi-Fi alone."""

EngineName = Literal["own", "speedtest_cli", "iperf3"]
"""The program that measured."""

StoppedBy = Literal["converged", "bytes", "time"]
"""Why one direction ended: its rate had settled; the bytes it may cost, or its time, had run out."""

Mbps = Annotated[float, Between(0, 100_000, "Mbit/s")]
Bytes = Annotated[int, Between(0, 2**53, "bytes")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput(Measurement):
    """One throughput test, both directions. A megabit is 10⁶ bits of TCP payload.

    A direction that did not settle has an estimate and the bounds between which the truth lies; only one that
    settled has none. ``confident`` says that both settled and that the agent itself was not the limit;
    ``limited_by`` says what in the agent was. The loaded times are round trips while that direction was full,
    beside ``idle_ms`` on the quiet line; every one is a median. ``spent_bytes`` is what the test cost, by the
    kernel's interface counters. ``waited_s`` is how long after its slot it began, and ``line_busy`` that it
    ran although somebody else was using the line.
    """

    kind: ClassVar[str] = "throughput"

    target: End
    engine: EngineName | None = None
    download_mbps: Mbps | None = None
    download_low_mbps: Mbps | None = None
    download_high_mbps: Mbps | None = None
    download_stopped_by: StoppedBy | None = None
    download_bytes: Bytes | None = None
    upload_mbps: Mbps | None = None
    upload_low_mbps: Mbps | None = None
    upload_high_mbps: Mbps | None = None
    upload_stopped_by: StoppedBy | None = None
    upload_bytes: Bytes | None = None
    confident: bool | None = None
    limited_by: Literal["cpu", "port"] | None = None
    idle_ms: Milliseconds | None = None
    download_loaded_ms: Milliseconds | None = None
    upload_loaded_ms: Milliseconds | None = None
    spent_bytes: Bytes | None = None
    lasted_s: Annotated[float, Between(0, 3_600, "s")] | None = None
    waited_s: Annotated[float, Between(0, 86_400, "s")] | None = None
    line_busy: bool | None = None
