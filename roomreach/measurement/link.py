"""How loudly do we hear the access point we are joined to, and how well does it hear us?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from roomreach.measurement.base import Measurement
from roomreach.shape import Between

# Published logs hold 93 dBm and a signal that is always 0: only this range is a radio's.
Dbm = Annotated[int, Between(-110, -5, "dBm")]
Rate = Annotated[float, Between(0, 50_000, "Mbit/s")]
Count = Annotated[int, Between(0, 2**53, "frames")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Measurement):
    """The Wi-Fi link as the kernel sees it. No network name and no address of an access point.

    Every field is optional: which of them exist depends on the driver.
    """

    kind: ClassVar[str] = "link"

    signal_dbm: Dbm | None = None
    signal_average_dbm: Dbm | None = None
    beacon_signal_dbm: Dbm | None = None
    frequency_mhz: Annotated[float, Between(2_000, 8_000, "MHz")] | None = None
    rx_rate_mbps: Rate | None = None
    tx_rate_mbps: Rate | None = None
    tx_packets: Count | None = None
    tx_retries: Count | None = None
    tx_failed: Count | None = None
    beacon_loss: Count | None = None
    connected_s: Annotated[int, Between(0, 10**9, "s")] | None = None
