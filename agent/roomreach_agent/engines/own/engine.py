"""How does roomreach measure throughput itself? The quiet line, then download, then upload."""

from collections.abc import Callable
from statistics import median
from typing import ClassVar, Literal

from roomreach.measurement import Throughput
from roomreach.measurement.throughput import End, EngineName
from roomreach_agent.engines.direction import Direction, Failed
from roomreach_agent.engines.engine import Ask
from roomreach_agent.engines.machine import NEAR_THE_PORT, Machine
from roomreach_agent.engines.own.direction import Found, measure
from roomreach_agent.engines.own.transfers import Transfers

PAYLOAD_SHARE = 0.9
"""The rest of the bytes pays for headers, acknowledgements, round trips, and what had to be sent twice."""

LOST_BYTES = 64_000
"""What TCP sends twice while it finds its pace: as much as a modem's queue holds, whatever the allowance."""

DOWNLOAD_SHARE = 0.7
"""Of the payload; lines are sold, and used, for what comes down."""


class OwnEngine:
    """Our own test. ``transfers`` gives a way to an end: real connections, or a simulated building's line."""

    name: ClassVar[EngineName] = "own"
    publishes: ClassVar[bool] = False

    def __init__(self, transfers: Callable[[End], Transfers], machine: Machine | None = None) -> None:
        self._transfers = transfers
        self._machine = machine or Machine()

    def test(self, ask: Ask) -> Throughput:
        """Make one test; see ``Engine.test``."""
        payload = max(int(ask.most_bytes * PAYLOAD_SHARE) - LOST_BYTES, ask.most_bytes // 2)
        for_download = int(payload * DOWNLOAD_SHARE)
        began = self._machine.clock()
        try:
            transfers = self._transfers(ask.target)
            quiet = transfers.quiet_trips_ms()
            down, down_exhausted = self._measured(transfers, Direction.DOWNLOAD, for_download)
            # What was under way when the download was cut has been paid for too: the other end knows.
            left = max(0, payload - transfers.moved())
            up, up_exhausted = self._measured(transfers, Direction.UPLOAD, left)
        except Failed as exc:
            return Throughput(target=ask.target, engine=self.name, reason=exc.reason)
        exhausted = down_exhausted or up_exhausted
        limit = _limit(self._machine.port_mbps(), down, up, exhausted=exhausted)
        return Throughput(
            target=ask.target,
            engine=self.name,
            download_mbps=down.mbps,
            download_low_mbps=down.low_mbps,
            download_high_mbps=down.high_mbps,
            download_stopped_by=down.stopped_by,
            download_bytes=down.arrived,
            upload_mbps=up.mbps,
            upload_low_mbps=up.low_mbps,
            upload_high_mbps=up.high_mbps,
            upload_stopped_by=up.stopped_by,
            upload_bytes=up.arrived,
            confident=limit is None and down.stopped_by == up.stopped_by == "converged",
            limited_by=limit,
            idle_ms=round(median(quiet), 3) if quiet else None,
            download_loaded_ms=down.loaded_ms,
            upload_loaded_ms=up.loaded_ms,
            lasted_s=round(self._machine.clock() - began, 3),
        )

    def _measured(self, transfers: Transfers, direction: Direction, most_bytes: int) -> tuple[Found, bool]:
        """Measure one direction, and whether no processor time was left in it."""
        before = self._machine.spent()
        found = measure(transfers, direction, most_bytes)
        return found, self._machine.spent().exhausted_since(before)


def _limit(
    port_mbps: int | None, down: Found, up: Found, *, exhausted: bool
) -> Literal["cpu", "port"] | None:
    if exhausted:
        return "cpu"
    if port_mbps is not None and max(down.mbps, up.mbps) >= NEAR_THE_PORT * port_mbps:
        return "port"
    return None
