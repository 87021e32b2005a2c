"""What does a throughput test find at a spot? Bytes and round trips, as its air and line carry them."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from random import Random

from roomreach.measurement import Reason
from roomreach.measurement.throughput import End
from roomreach_agent.engines.direction import Direction, Failed
from roomreach_agent.engines.own.transfers import Tick
from roomreach_hub.buildings.spot import Spot

_TICK_S = 0.1
_LATER_S, _LATER_TICK_S = 2.0, 0.5
"""Who has not settled by then is looked at less often: the past holds 45,000 directions of tests."""
_QUIET_TRIPS = 5
_FIRST_WINDOWS_BYTES = 4 * 10 * 1460
"""What four connections send before the first answer (RFC 6928)."""
_ROUTER_MS = 0.4
_WIRE_MBPS = 94.0
_BUFFER_MS = 90.0
"""How much a router keeps waiting for a line that is full."""
_AIR_BUFFER_MS = 25.0


class SimulatedTransfers:
    """One test's bytes, from a spot to one end; ``began_s`` is when, in seconds since 1970.

    It takes no time: ``lasted_s`` says how long it would have taken, and ``passed`` how many bytes it moved.
    """

    def __init__(self, spot: Spot, end: End, began_s: float, chance: Random) -> None:
        self._spot = spot
        self._end = end
        self._at_s = began_s
        self._chance = chance
        self.lasted_s = 0.0
        self.passed = 0

    def quiet_trips_ms(self) -> Sequence[float]:
        """Time some round trips before anything is sent."""
        way = self._way()
        self.lasted_s += _QUIET_TRIPS * way.trip_ms / 1000
        return [way.trip_ms + self._chance.expovariate(0.5) for _ in range(_QUIET_TRIPS)]

    def moved(self) -> int:
        """Give what arrived: nothing is left under way."""
        return self.passed

    def run(self, direction: Direction, most_bytes: int) -> Generator[Tick]:
        """Grow from the first windows to what the way carries, doubling each round trip."""
        way = self._way()
        full = (way.down_mbps if direction is Direction.DOWNLOAD else way.up_mbps) * 125_000
        trip_s = way.trip_ms / 1000
        rate = min(full, _FIRST_WINDOWS_BYTES / trip_s)
        # Residents come and go while a test runs, and frames are sent again: slow, and fast, wavering.
        slow, at_s, arrived = 1.0, 0.0, 0.0
        chance = self._chance
        began_s, before = self.lasted_s, self.passed
        while arrived < most_bytes:
            tick_s = _TICK_S if at_s < _LATER_S else _LATER_TICK_S
            rate = min(full, rate * 2 ** (tick_s / trip_s))
            slow = min(1.0, max(0.5, 0.9 * slow + 0.1 * (1 - way.unsteady * chance.random())))
            bytes_per_s = rate * slow * (1 - 0.1 * chance.random())
            # The last bytes may take less than a tick.
            tick_s = min(tick_s, (most_bytes - arrived) / bytes_per_s)
            at_s += tick_s
            arrived = min(float(most_bytes), arrived + bytes_per_s * tick_s)
            queued_ms = way.buffer_ms if rate >= full else 0.0
            self.lasted_s = began_s + at_s
            self.passed = before + int(arrived)
            yield Tick(at_s, int(arrived), (way.trip_ms + queued_ms * (0.5 + 0.5 * chance.random()),))

    def _way(self) -> "_Way":
        """Give the way as it is; raise ``Failed`` where there is none."""
        spot, at_s = self._spot, self._at_s
        if not spot.joined(at_s):
            raise Failed(Reason.NO_ROUTE)
        radio = spot.radio_at(at_s)
        air_mbps, air_ms, unsteady = _WIRE_MBPS, 0.1, 0.02
        if radio is not None:
            busy = spot.cell_at(at_s).busy(at_s)
            air_mbps, unsteady = radio.carries_mbps(busy), 0.05 + 0.3 * radio.retried_on(busy)
            air_ms = 3.0 / (1 - 0.9 * busy)
        if self._end == "reference":
            return _Way(air_mbps, air_mbps * 0.9, air_ms + _ROUTER_MS, _AIR_BUFFER_MS, unsteady)
        line = spot.line
        if radio is not None and line.portal is not None and line.portal.closed(at_s):
            raise Failed(Reason.INTERCEPTED)
        if not line.up(at_s):
            raise Failed(Reason.NO_ANSWER)
        trip_ms = line.trip_ms(at_s, self._chance)
        down_mbps, up_mbps = line.left_mbps(at_s)
        return _Way(
            min(down_mbps, air_mbps),
            min(up_mbps, air_mbps * 0.9),
            air_ms + (line.round_trip_ms if trip_ms is None else trip_ms),
            _BUFFER_MS if down_mbps < air_mbps else _AIR_BUFFER_MS,
            unsteady + 0.15 * line.full(at_s) + 0.2 * line.wavers,
        )


@dataclass(frozen=True, slots=True)
class _Way:
    down_mbps: float
    up_mbps: float
    trip_ms: float
    buffer_ms: float
    unsteady: float
