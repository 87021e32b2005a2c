"""Is the agent itself well?

Reads what the kernel counts, over the time since the last round. Costs a few milliseconds (200 ms the first
time) and sends nothing. What a kernel does not tell is left out.
"""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from roomreach.measurement import Health, Measurement
from roomreach_agent.files import text_of

FIRST_SPAN_S = 0.2
_MEGABYTE = 1_000_000
# proc(5): of a CPU's first eight times, these two are idle; guest time is counted in the first two already.
_IDLE, _TIMES = slice(3, 5), 8
_COLDEST_C, _HOTTEST_C = -40, 150


@dataclass(frozen=True, slots=True)
class Sample:
    """Clock ticks of all CPUs, busy and in all, and of this process; and when they were read, in seconds."""

    busy: int
    total: int
    own: int | None
    at_s: float


@dataclass(slots=True, kw_only=True)
class HealthProbe:
    """Reads ``/proc``, ``/sys`` and the disk that holds ``outbox``."""

    kind: ClassVar[str] = "health"
    targets: ClassVar[tuple[str, ...]] = ()

    outbox: Path
    clock_synchronised: Callable[[], bool | None]
    proc: Path = Path("/proc")
    thermal: Path = Path("/sys/class/thermal")
    before: Sample | None = field(default=None, repr=False)

    def measure(self) -> tuple[Measurement, ...]:
        """Read once; never fails."""
        if self.before is None:
            self.before = self._sample()
            time.sleep(FIRST_SPAN_S)
        before, self.before = self.before, self._sample()
        free_mb, used_percent = disk(self.outbox)
        health = Health(
            cpu_percent=cpu_percent(before, self.before),
            temperature_c=temperature(self.thermal),
            disk_free_mb=free_mb,
            disk_used_percent=used_percent,
            clock_synchronised=self.clock_synchronised(),
            own_cpu_percent=own_cpu_percent(before, self.before, os.sysconf("SC_CLK_TCK")),
            own_memory_mb=own_memory_mb(text_of(self.proc / "self/status")),
            uptime_s=uptime_s(text_of(self.proc / "uptime")),
        )
        return (health,)

    def _sample(self) -> Sample:
        busy, total = cpu_times(text_of(self.proc / "stat"))
        return Sample(busy, total, own_ticks(text_of(self.proc / "self/stat")), time.monotonic())


def cpu_times(stat: str) -> tuple[int, int]:
    """Give the busy and all clock ticks of all CPUs, from the text of ``/proc/stat``."""
    times = _integers(stat.partition("\n")[0].split()[1:])[:_TIMES]
    return sum(times) - sum(times[_IDLE]), sum(times)


def own_ticks(stat: str) -> int | None:
    """Give this process's clock ticks, its own and the kernel's for it, from ``/proc/self/stat``."""
    # The program's name, in brackets, may hold blanks and brackets: count from behind it.
    ticks = _integers(stat.rpartition(")")[2].split()[11:13])
    return sum(ticks) if ticks else None


def cpu_percent(before: Sample, after: Sample) -> float | None:
    """Say how busy all CPUs were together; None when no tick passed."""
    total, busy = after.total - before.total, after.busy - before.busy
    # Idle time can go backwards by a tick on some kernels.
    return round(min(100.0, max(0.0, 100 * busy / total)), 1) if total > 0 else None


def own_cpu_percent(before: Sample, after: Sample, ticks_per_s: int) -> float | None:
    """Say how busy this process kept one CPU; above 100 when it kept several."""
    span_s = after.at_s - before.at_s
    if before.own is None or after.own is None or span_s <= 0:
        return None
    return round(100 * (after.own - before.own) / ticks_per_s / span_s, 1)


def own_memory_mb(status: str) -> float | None:
    """Give this process's resident memory, from the text of ``/proc/self/status``."""
    found = re.search(r"^VmRSS:\s+([0-9]{1,12}) kB", status, re.MULTILINE)
    return round(int(found[1]) * 1024 / _MEGABYTE, 1) if found else None


def uptime_s(uptime: str) -> int | None:
    """Give the time since boot, from the text of ``/proc/uptime``."""
    found = re.match(r"[0-9]{1,12}", uptime)
    return int(found[0]) if found else None


def temperature(zones: Path) -> float | None:
    """Give the hottest zone's temperature; None when no zone tells one that a machine can have."""
    read = (_integers(text_of(zone / "temp").split()) for zone in zones.glob("thermal_zone*"))
    celsius = [round(found[0] / 1000, 1) for found in read if found]
    return max((c for c in celsius if _COLDEST_C <= c <= _HOTTEST_C), default=None)


def disk(file: Path) -> tuple[float | None, float | None]:
    """Give the free megabytes, and the percentage used, of the disk that holds a file, or will hold it."""
    for folder in file.absolute().parents:
        try:
            found = os.statvfs(folder)
        except OSError:
            continue
        used, free = found.f_blocks - found.f_bfree, found.f_bavail
        percent = round(100 * used / (used + free), 1) if used + free > 0 else None
        return round(free * found.f_frsize / _MEGABYTE, 1), percent
    return None, None


def _integers(words: list[str]) -> list[int]:
    """Read whole numbers; none at all where one of the words is no number."""
    return [int(word) for word in words] if all(re.fullmatch(r"-?[0-9]{1,18}", w) for w in words) else []
