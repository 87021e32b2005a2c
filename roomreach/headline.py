"""The sentence every page opens with: what can residents do now, and how much of that do we know?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from roomreach.online import Online

PATIENCE = 2
"""An agent is heard while its latest report is younger than this many of its own intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the latest report of a room's agent says, and when it was taken; None when there never was one.

    ``trial`` marks a test bench, which is no home.
    """

    taken_at: datetime | None
    interval: timedelta
    online: Online
    trial: bool = False

    def heard(self, now: datetime) -> bool:
        """Whether the latest report is young enough to speak for now."""
        return self.taken_at is not None and now - self.taken_at <= PATIENCE * self.interval


def headline(standings: Sequence[Standing], now: datetime) -> str:
    """Answer in one sentence. Trial benches are outside the totals, and named as such when alone."""
    rooms = [standing for standing in standings if not standing.trial]
    of_what = "room" if rooms else "test agent"
    told = rooms or list(standings)
    if not told:
        return "No room has an agent yet, so nothing is known."
    last = max((s.taken_at for s in told if s.taken_at), default=None)
    if last is None:
        return f"Nothing has been heard yet from {_count(len(told), of_what)}."
    heard = [standing for standing in told if standing.heard(now)]
    if not heard:
        return (
            f"Nothing heard from any {of_what} for {age(now - last)}: "
            "our collector or broker is probably silent, so what residents can do now is not known."
        )
    offline = sum(standing.online is Online.NO for standing in heard)
    unknown = sum(standing.online is Online.UNKNOWN for standing in heard)
    parts = [
        f"{len(heard)} of {_count(len(told), of_what)} heard just now",
        "all of them can get online" if not (offline or unknown) else f"{offline} cannot get online",
    ]
    if unknown:
        parts.append(f"{unknown} could not tell")
    if len(told) > len(heard):
        parts.append(f"{len(told) - len(heard)} silent, so not known")
    return "; ".join(parts) + "."


def age(span: timedelta) -> str:
    """Say how long ago in the largest unit that fits: 40 seconds, 3 minutes, 5 hours, 2 days."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return _count(seconds // size, unit)
    return _count(seconds, "second")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
