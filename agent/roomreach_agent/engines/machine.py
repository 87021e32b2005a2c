"""Was the agent itself the limit? Its processors, or the port its cable is in."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from roomreach_agent.files import text_of
from roomreach_agent.routes import parse_v4, parse_v6

BUSY = 0.9
"""The share of its time from which a processor counts as having none left."""

NEAR_THE_PORT = 0.93
"""The share of a port's speed from which it counts as the limit: Ethernet's framing alone takes 0.043."""

# user nice system idle iowait irq softirq steal: what the processor waited for is no work.
_IDLE, _WAITING = 3, 4


class Spent(NamedTuple):
    """Processor time at one moment: this process's, and of the whole machine the busy part and all of it."""

    at_s: float
    process_s: float
    busy: int
    total: int

    def exhausted_since(self, before: "Spent") -> bool:
        """Tell whether no processor time was left in between: of the machine, or of this process's one core.

        Python runs one thread at a time, so a process of ours never has more than one core's worth.
        """
        took_s, total = self.at_s - before.at_s, self.total - before.total
        own = (self.process_s - before.process_s) / took_s if took_s > 0 else 0.0
        machine = (self.busy - before.busy) / total if total > 0 else 0.0
        return max(own, machine) >= BUSY


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine an agent runs on. ``root`` is the folder that holds ``proc`` and ``sys``."""

    root: Path = Path("/")
    clock: Callable[[], float] = time.monotonic
    process_time: Callable[[], float] = time.process_time

    def spent(self) -> Spent:
        """Read how much processor time has gone by."""
        busy, total = processor_ticks(text_of(self.root / "proc/stat"))
        return Spent(self.clock(), self.process_time(), busy, total)

    def port_mbps(self) -> int | None:
        """Give the speed of the wired port that the way out leads through; None for a radio, or no idea."""
        tables = self.root / "proc/net"
        routes = parse_v4(text_of(tables / "route")) or parse_v6(text_of(tables / "ipv6_route"))
        if not routes:
            return None
        interface = self.root / "sys/class/net" / min(routes, key=lambda route: route.metric).interface
        if (interface / "wireless").exists() or (interface / "phy80211").exists():
            return None
        speed = text_of(interface / "speed").strip()
        # A port without a cable says -1.
        return int(speed) if speed.isascii() and speed.isdecimal() and int(speed[:9]) > 0 else None


def processor_ticks(stat: str) -> tuple[int, int]:
    """Read the first line of ``/proc/stat``: ticks spent working, and all ticks; (0, 0) for nonsense."""
    words = stat.partition("\n")[0].split()
    if words[:1] != ["cpu"] or not all(word.isascii() and word.isdecimal() for word in words[1:]):
        return 0, 0
    # Guests' time is part of user's.
    ticks = [int(word) for word in words[1:9]]
    if len(ticks) <= _WAITING:
        return 0, 0
    return sum(ticks) - ticks[_IDLE] - ticks[_WAITING], sum(ticks)
