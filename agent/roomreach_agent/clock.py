"""What time is it: by the wall, since boot, in which boot, and does the kernel vouch for it?"""

import ctypes
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """One moment as this machine's clocks told it.

    ``boot_ms`` counts milliseconds since the boot named by ``boot``, suspension included, and never steps;
    ``wall_ms`` is UTC milliseconds since 1970, and may be wrong.
    """

    boot: str
    boot_ms: int
    wall_ms: int


class Clock(Protocol):
    """A machine's clocks."""

    def now(self) -> Instant:
        """Read them all."""
        ...

    def kernel_synchronised(self) -> bool:
        """Say whether the kernel knows that somebody keeps the wall clock right."""
        ...


class SystemClock:
    """The clocks of this machine (Linux)."""

    def __init__(self) -> None:
        self._boot = _BOOT_ID.read_text().strip()
        self._libc = ctypes.CDLL(None, use_errno=True)

    def now(self) -> Instant:
        """Read the wall clock and CLOCK_BOOTTIME."""
        return Instant(
            boot=self._boot,
            boot_ms=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000,
            wall_ms=time.time_ns() // 1_000_000,
        )

    def kernel_synchronised(self) -> bool:
        """Ask adjtimex(2); a kernel that will not say counts as unsynchronised."""
        answer = _Timex()
        state = self._libc.adjtimex(ctypes.byref(answer))
        return state not in {_REFUSED, _TIME_ERROR} and not answer.status & _STA_UNSYNC


class SetClock:
    """Clocks that stand still until they are moved: the twin for tests and simulations."""

    def __init__(self, *, boot: str, boot_ms: int, wall_ms: int, synchronised: bool = False) -> None:
        self._now = Instant(boot=boot, boot_ms=boot_ms, wall_ms=wall_ms)
        self.synchronised = synchronised

    def now(self) -> Instant:
        """Give the moment it was set to."""
        return self._now

    def kernel_synchronised(self) -> bool:
        """Say what it was told to say."""
        return self.synchronised

    def advance(self, seconds: float) -> None:
        """Let time pass: both clocks move."""
        ms = round(seconds * 1000)
        now = self._now
        self._now = Instant(boot=now.boot, boot_ms=now.boot_ms + ms, wall_ms=now.wall_ms + ms)

    def step(self, seconds: float) -> None:
        """Put the wall clock forward, or back, as a time server does."""
        now = self._now
        self._now = Instant(boot=now.boot, boot_ms=now.boot_ms, wall_ms=now.wall_ms + round(seconds * 1000))

    def reboot(self, *, boot: str, wall_ms: int) -> None:
        """Start a new boot, whose wall clock may say anything and which nobody vouches for."""
        self._now = Instant(boot=boot, boot_ms=0, wall_ms=wall_ms)
        self.synchronised = False


_REFUSED = -1
_TIME_ERROR = 5
_STA_UNSYNC = 0x40


class _Timex(ctypes.Structure):
    # The head of <sys/timex.h>'s struct timex; all of it is zero, so the call changes nothing.
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )
