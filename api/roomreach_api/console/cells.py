"""What does a site's page say of one room: now, and over the last week?"""

from collections.abc import Sequence
from dataclasses import dataclass

from roomreach.online import Online
from roomreach_api.console.charts import Chart, line_chart
from roomreach_api.console.history import Trail
from roomreach_api.console.speeds import Speed, Typical, typical
from roomreach_api.console.statistics.hours import HOUR_MS
from roomreach_api.console.statistics.summaries import Summary, summary
from roomreach_api.console.statistics.trails import Row
from roomreach_api.visible import SeenRoom

SIGNAL = ("signal_average_dbm", "signal_dbm")
"""The columns that say how loudly an access point is heard."""
SCALE_DBM = (-90.0, -40.0)
_SPARK_MS = 2 * HOUR_MS
"""Short enough that a night's gap shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomWeek:
    """A room's last 7 days. ``joined`` checks found it, and ``failed`` ones did not.

    ``of_sold`` is the typical download as a share of what the line is sold as, in %.
    """

    joined: int
    failed: int
    signal: Summary | None
    spark: Chart | None
    speed: Typical | None
    of_sold: float | None

    @property
    def unreached(self) -> bool:
        """Whether the Wi-Fi was sought and never found."""
        return self.failed > 0 and not self.joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One room. ``wired`` says that only agents wired to the router stand there.

    ``week`` is None where it cannot be read.
    """

    room: SeenRoom
    online: Online
    why: str
    wired: bool
    week: RoomWeek | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The rooms of one floor of one building."""

    building: str | None
    floor: int | None
    cells: Sequence[Cell]


def room_week(
    room: SeenRoom,
    *,
    joined: int,
    failed: int,
    links: Sequence[Trail],
    tests: Sequence[Speed],
    between: tuple[int, int],
) -> RoomWeek:
    """Say what was measured in one room; ``links`` are its hours, ``tests`` its tests over the line."""
    rows = signal_rows(links)
    speed = typical(tests)
    sold = room.sold.download_mbps if room.sold else None
    return RoomWeek(
        joined=joined,
        failed=failed,
        signal=summary(value for _, (value,) in rows),
        spark=_spark(rows, between) if rows else None,
        speed=speed,
        of_sold=100 * speed.download.median / sold if sold and speed and speed.download else None,
    )


def signal_rows(links: Sequence[Trail]) -> list[Row]:
    """Give the signal in the order of time: the average where there is one, else the single reading."""
    rows = [
        (at_ms, (average if average is not None else single,))
        for trail in links
        for at_ms, (average, single) in trail.rows
    ]
    return sorted(rows, key=lambda row: row[0])


def floors(cells: Sequence[Cell]) -> list[Floor]:
    """Put rooms, in their order, onto their floors; the ground floor first."""
    found: dict[tuple[str | None, int | None], list[Cell]] = {}
    for one in cells:
        found.setdefault((one.room.building, one.room.floor), []).append(one)
    return [Floor(building=building, floor=floor, cells=here) for (building, floor), here in found.items()]


def _spark(rows: Sequence[Row], between: tuple[int, int]) -> Chart:
    gathered: dict[int, list[Row]] = {}
    for row in rows:
        gathered.setdefault(row[0] // _SPARK_MS, []).append(row)
    few = [
        (part * _SPARK_MS + _SPARK_MS // 2, (found.median,))
        for part, same in gathered.items()
        if (found := summary(values[0] for _, values in same))
    ]
    return line_chart("dBm", ("Signal",), few, between=between, scale=SCALE_DBM, longest_ms=_SPARK_MS)
