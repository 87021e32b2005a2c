"""The sentence every page opens with: what can residents do now, and how much of that do we know?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from roomreach.online import Online

PATIENCE = 2
"""An agent is heard while its latest report is no older than this many of its own intervals."""


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


def headline(
    standings: Sequence[Standing],
    now: datetime,
    *,
    since: Callable[[datetime], str],
    rooms_without_agent: int = 0,
) -> str:
    """Answer in one sentence; yes, no and not known always add up to every room on record.

    Trial benches are outside the totals, and named as such when they are all there is. ``since`` says a
    moment on the reader's clock, such as 2:02pm. The sentence changes only when what is known changes.
    """
    rooms = [standing for standing in standings if not standing.trial]
    if rooms:
        return _answer(rooms, now, _ROOMS, rooms_without_agent, since)
    if standings:
        return _answer(standings, now, _BENCHES, 0, since)
    return "No room has an agent yet, so nothing is known."


def heard_in_time(standings: Sequence[Standing], now: datetime) -> str:
    """Say how many rooms were heard, and within which time; "" where no room has an agent."""
    rooms = [standing for standing in standings if not standing.trial]
    if not rooms:
        return ""
    patience = {PATIENCE * standing.interval for standing in rooms if standing.taken_at}
    within = f"the last {age(patience.pop())}" if len(patience) == 1 else "two of their own intervals"
    return f"{sum(room.heard(now) for room in rooms)} of {_count(len(rooms), 'room')} heard in {within}."


class _Words(NamedTuple):
    """How the answer is put: whole sentences where all agree, else the beginning and the "no" part."""

    noun: str
    only_yes: str
    only_no: str
    all_yes: str
    all_no: str
    some: str
    others_no: str


_ROOMS = _Words(
    noun="room",
    only_yes="Residents can get online in the only room.",
    only_no="Residents cannot get online in the only room.",
    all_yes="Residents can get online in all {} rooms.",
    all_no="Residents cannot get online in any of the {} rooms.",
    some="Residents can get online in {} of {}",
    others_no="not in {}",
)
_BENCHES = _Words(
    noun="test agent",
    only_yes="The only test agent can get online.",
    only_no="The only test agent cannot get online.",
    all_yes="All {} test agents can get online.",
    all_no="None of the {} test agents can get online.",
    some="{} of {} can get online",
    others_no="{} cannot",
)


def _answer(
    told: Sequence[Standing],
    now: datetime,
    words: _Words,
    without_agent: int,
    since: Callable[[datetime], str],
) -> str:
    heard = [standing.online for standing in told if standing.heard(now)]
    if not heard:
        return _all_silent(told, words.noun, since)
    every = len(told) + without_agent
    yes, no = heard.count(Online.YES), heard.count(Online.NO)
    if every == yes:
        return words.only_yes if every == 1 else words.all_yes.format(every)
    if every == no:
        return words.only_no if every == 1 else words.all_no.format(every)
    silent = [standing.taken_at for standing in told if standing.taken_at and not standing.heard(now)]
    not_known = {
        "could not tell": heard.count(Online.UNKNOWN),
        _silent(silent, since): len(silent),
        "never heard": len(told) - len(heard) - len(silent),
        "without an agent": without_agent,
    }
    parts = [words.some.format(yes, _count(every, words.noun))]
    if no:
        parts.append(words.others_no.format(no))
    if unknown := sum(not_known.values()):
        why = ", ".join(f"{number} {reason}" for reason, number in not_known.items() if number)
        parts.append(f"not known for {unknown} ({why})")
    return f"{'; '.join(parts)}."


def _silent(last_heard: Sequence[datetime], since: Callable[[datetime], str]) -> str:
    if not last_heard:
        return "silent"
    first = since(min(last_heard))
    return f"silent since {first}" if len(last_heard) == 1 else f"silent, the first since {first}"


def _all_silent(told: Sequence[Standing], noun: str, since: Callable[[datetime], str]) -> str:
    last = max((standing.taken_at for standing in told if standing.taken_at), default=None)
    if last is None:
        return f"Nothing has been heard yet from {_count(len(told), noun)}."
    # With one agent nobody can tell its silence from ours.
    whose = "our collector or broker" if len(told) > 1 else "our collector or broker, or the only agent,"
    return (
        f"Nothing heard from any {noun} since {since(last)}: {whose} is probably silent, "
        "so what residents can do now is not known."
    )


def age(span: timedelta) -> str:
    """Say how long ago in the largest unit that fits: 40 seconds, 3 minutes, 5 hours, 2 days."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return _count(seconds // size, unit)
    return _count(seconds, "second")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
