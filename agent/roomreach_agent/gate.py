"""May a report be dated yet? A Pi without a battery boots with whatever time it saw last."""

from enum import Enum

from roomreach.report import EARLIEST_MS
from roomreach_agent.clock import Instant

AGREES_WITHIN_MS = 5_000
LONGEST_WAIT_MS = 24 * 3600 * 1000


class Trust(Enum):
    """What to do with a report taken in this boot."""

    DATE = "date it by the wall clock"
    WAIT = "keep it until the wall clock can be trusted"
    GIVE_UP = "send it undated: the wait is over"


class Gate:
    """Remembers whether anybody vouched for the wall clock in this boot. No I/O."""

    def __init__(self, *, kept_by_host: bool = False) -> None:
        self._kept_by_host = kept_by_host
        self._vouched_in: str | None = None

    def heard(self, server_ms: int, now: Instant) -> None:
        """Compare a server's time with the wall clock at its arrival. Once they agreed they stay agreed."""
        if abs(server_ms - now.wall_ms) <= AGREES_WITHIN_MS:
            self._vouched_in = now.boot

    def decide(self, now: Instant, *, kernel_synchronised: bool, waited_ms: int) -> Trust:
        """Say what holds at this moment, when the first report of this boot has waited so long."""
        if kernel_synchronised:
            self._vouched_in = now.boot
        # Whoever vouches for it: a clock that stands before roomreach existed is wrong.
        if now.wall_ms >= EARLIEST_MS and (self._kept_by_host or self._vouched_in == now.boot):
            return Trust.DATE
        return Trust.WAIT if waited_ms < LONGEST_WAIT_MS else Trust.GIVE_UP
