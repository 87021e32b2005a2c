"""Is the agent itself well?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from roomreach.measurement.base import Measurement
from roomreach.shape import Between

Percent = Annotated[float, Between(0, 100, "%")]
Megabytes = Annotated[float, Between(0, 10**9, "MB")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Measurement):
    """The machine the agent runs on, and the agent's own share of it. Megabytes are 10⁶ bytes."""

    kind: ClassVar[str] = "health"

    cpu_percent: Percent | None = None
    temperature_c: Annotated[float, Between(-40, 150, "°C")] | None = None
    disk_free_mb: Megabytes | None = None
    disk_used_percent: Percent | None = None
    clock_synchronised: bool | None = None
    own_cpu_percent: Annotated[float, Between(0, 6_400, "%")] | None = None
    own_memory_mb: Megabytes | None = None
    uptime_s: Annotated[int, Between(0, 10**10, "s")] | None = None
