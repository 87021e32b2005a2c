"""The sentence every page opens with: what can residents do now, and how much of that do we know?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from roomreach.online import Online

PATIENCE = 2
"""An agent is heard while its latest report is no older than this many of its own intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the latest report of a room's agent says, and when it was taken; None when there never was one.

    ``trial`` marks a test bench, which is no home. Where a room is not ``lived_in``, nobody has one.
    """

    taken_at: datetime | None
    interval: timedelta
    online: Online
    trial: bool = False
    lived_in: bool = True

    def heard(self, now: datetime) -> bool:
        """Whether the latest report is young enough to speak for now."""
        return self.taken_at is not None and now - self.taken_at <= PATIENCE * self.interval


class Silence(Enum):
    """Whose silence is it probably, when none of the rooms asked about is heard?"""

    OURS = auto()
    EITHER = auto()
    THEIRS = auto()
    WIFI = auto()


def whose_silence(*, here: bool, elsewhere: bool, places: int) -> Silence:
    """Say whose it is: from who else is heard, here and elsewhere, and how many places ever were."""
    if here:
        return Silence.WIFI
    if elsewhere:
        return Silence.THEIRS
    # From one place alone nobody can tell its power cut from a failure of ours.
    return Silence.OURS if places > 1 else Silence.EITHER


def counted(standings: Sequence[Standing]) -> list[Standing]:
    """Choose whom totals are about: rooms somebody lives in; test benches where they are all there is."""
    rooms = [standing for standing in standings if standing.lived_in and not standing.trial]
    return rooms or [standing for standing in standings if standing.trial]


def headline(
    standings: Sequence[Standing],
    now: datetime,
    *,
    since: Callable[[datetime], str],
    silence: Silence,
    rooms_without_agent: int = 0,
) -> str:
    """Answer in one sentence; yes, no and not known always add up to every room that somebody lives in.

    Test benches are outside the totals, and named as such when they are all there is. ``since`` says a
    moment on the reader's clock, such as 2:02pm. ``silence`` is whose it is where nobody counted is heard.
    The sentence changes only when what is known changes.
    """
    told = counted(standings)
    if not told:
        return _NO_HOMES if standings else "No room has an agent yet, so nothing is known."
    benches = told[0].trial
    words = _BENCHES if benches else _ROOMS
    if not any(standing.heard(now) for standing in told):
        return _all_silent(told, words, since, silence)
    return _answer(told, now, words, 0 if benches else rooms_without_agent, since)


_NO_HOMES = "No room that residents live in has an agent yet, so what they can do is not known."


def heard_in_time(standings: Sequence[Standing], now: datetime) -> str:
    """Say how many rooms were heard, and within which time; "" where no room ever was."""
    rooms = [standing for standing in counted(standings) if not standing.trial]
    patience = {PATIENCE * standing.interval for standing in rooms if standing.taken_at}
    if not patience:
        return ""
    longest = age(max(patience))
    within = f"within the last {longest}" if len(patience) == 1 else f"on time, within {longest} at most"
    heard = sum(room.heard(now) for room in rooms)
    if len(rooms) == 1:
        return f"The only room was {'' if heard else 'not '}heard {within}."
    return f"{heard} of {len(rooms)} rooms heard {within}."


class _Words(NamedTuple):
    """How the answer is put: whole sentences where all agree, else the beginning and the "no" part.

    ``silent`` says whose silence it probably is.
    """

    noun: str
    only_yes: str
    only_no: str
    only_unknown: str
    all_yes: str
    all_no: str
    some: str
    others_no: str
    silent: Mapping[Silence, str]


_OURS = "our collector or broker is probably silent"
_ROOMS = _Words(
    noun="room",
    only_yes="Residents can get online in the only room.",
    only_no="Residents cannot get online in the only room.",
    only_unknown="Whether residents can get online in the only room is not known: its agent could not tell.",
    all_yes="Residents can get online in all {} rooms.",
    all_no="Residents cannot get online in any of the {} rooms.",
    some="Residents can get online in {} of {}",
    others_no="not in {}",
    silent={
        Silence.OURS: _OURS,
        Silence.EITHER: "either the only site has no power or no line, or our collector or broker is silent",
        Silence.THEIRS: "probably power or line, as other agents are heard",
        Silence.WIFI: "probably the Wi-Fi, as other agents there are heard",
    },
)
_BENCHES = _Words(
    noun="test agent",
    only_yes="The only test agent can get online.",
    only_no="The only test agent cannot get online.",
    only_unknown="Whether the only test agent can get online is not known: it could not tell.",
    all_yes="All {} test agents can get online.",
    all_no="None of the {} test agents can get online.",
    some="{} of {} can get online",
    others_no="{} cannot",
    silent={
        Silence.OURS: _OURS,
        Silence.EITHER: "either the only test bench is silent, or our collector or broker is",
        Silence.THEIRS: "probably the test bench, as other agents are heard",
        Silence.WIFI: "probably the test agent, as other agents there are heard",
    },
)


def _answer(
    told: Sequence[Standing],
    now: datetime,
    words: _Words,
    without_agent: int,
    since: Callable[[datetime], str],
) -> str:
    heard = [standing.online for standing in told if standing.heard(now)]
    every = len(told) + without_agent
    yes, no = heard.count(Online.YES), heard.count(Online.NO)
    if every == 1:
        only = {Online.YES: words.only_yes, Online.NO: words.only_no, Online.UNKNOWN: words.only_unknown}
        return only[heard[0]]
    if every == yes:
        return words.all_yes.format(every)
    if every == no:
        return words.all_no.format(every)
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


def _all_silent(
    told: Sequence[Standing], words: _Words, since: Callable[[datetime], str], silence: Silence
) -> str:
    last = max((standing.taken_at for standing in told if standing.taken_at), default=None)
    if last is None:
        return f"Nothing has been heard yet from {_count(len(told), words.noun)}."
    return (
        f"Nothing heard from any {words.noun} since {since(last)}: {words.silent[silence]}, "
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
