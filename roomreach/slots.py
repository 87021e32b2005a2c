"""When does each agent of a site test, and what may that cost? Planned for one site and one day in London.

The day has six strata. In each an agent has at most one start, drawn uniformly, so that tests keep step with
nothing and still reach the busy hour every day. Two agents of a site never test at once, and the costs of a
day add up to no more than the site's allowance, because both are dealt out and never checked afterwards.

1. Who stands on the site as the day begins shares the whole allowance. The busy hour comes first: everybody
   there, every day, as long as a test of ``LEAST_BYTES`` each can be paid for. The rest goes to the other
   strata. Where a stratum has not room or bytes enough for all, they take turns, day by day.
2. Who arrives in the course of the day gets what is left, in order of arrival, and moves nobody's slot.

Everything is drawn from a hash of site, day and stratum: whoever plans the same day plans the same slots.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from roomreach.desired import Slot
from roomreach.identifiers import AgentId, SiteId
from roomreach.measurement.throughput import End
from roomreach.moments import milliseconds
from roomreach.places import Register, Role

LONDON = ZoneInfo("Europe/London")

STRATA = ((0, 7), (7, 12), (12, 18), (18, 20), (20, 22), (22, 24))
"""Hours of the clock on the wall, from and until."""
BUSY = (20, 22)
"""The busy hour, which every figure about speed is made of."""

LENGTH_S = 120
"""How long an agent has the site for itself: waiting for a quiet line, then testing both ways and ends."""
START_WITHIN_S = 60
"""How long after its start a test may still begin."""

SITE_BYTES = 300_000_000
"""What the tests of a site may cost in a day."""
METERED_BYTES = 20_000_000
"""The same where the line of any of its buildings is counted or capped."""

# Any 24 hours hold at most seven starts of an agent, two of them in the busy hour or two in another stratum:
# at most 48 MB, below the 50 MB that an agent spends unless its settings say otherwise.
BUSY_BYTES = 14_000_000
OTHER_BYTES = 4_000_000
LEAST_BYTES = 1_000_000
"""A test of less says too little to be worth a slot."""

_LENGTH_MS = LENGTH_S * 1000


class Stay(NamedTuple):
    """An agent stands on a site from ``since_ms`` up to ``until_ms``; None while nobody knows of an end."""

    agent: AgentId
    role: Role
    since_ms: int
    until_ms: int | None = None

    def holds(self, at_ms: int) -> bool:
        """Say whether it stood there at a moment."""
        return self.since_ms <= at_ms and (self.until_ms is None or at_ms < self.until_ms)


@dataclass(frozen=True, slots=True)
class _Span:
    start_ms: int
    end_ms: int
    busy: bool

    @property
    def room(self) -> int:
        """How many slots fit in, one after the other."""
        return (self.end_ms - self.start_ms) // _LENGTH_MS


class _Given(NamedTuple):
    stay: Stay
    start_ms: int
    most_bytes: int


def stays(register: Register) -> Mapping[SiteId, Sequence[Stay]]:
    """List who stands and stood on each site."""
    found: dict[SiteId, list[Stay]] = defaultdict(list)
    for agent, installations in register.installations.items():
        for one in installations:
            found[register.site_of(one.room).id].append(
                Stay(
                    agent,
                    one.role,
                    milliseconds(one.since),
                    None if one.until is None else milliseconds(one.until),
                )
            )
    return found


def allowances(register: Register) -> Mapping[SiteId, int]:
    """Say what the tests of each site may cost in a day, bytes."""
    metered = {building.site for building in register.buildings.values() if building.line.metered}
    return {site: METERED_BYTES if site in metered else SITE_BYTES for site in register.sites}


def day_of(at_ms: int) -> date:
    """Say which day it is in London."""
    return datetime.fromtimestamp(at_ms / 1000, LONDON).date()


def begins_ms(day: date) -> int:
    """Give the midnight, in London, with which a day begins."""
    return _at_ms(day, 0)


def plan(
    site: SiteId, day: date, everybody: Iterable[Stay], most_bytes: int
) -> Mapping[AgentId, tuple[Slot, ...]]:
    """Give each agent its slots of one day, earliest first, at a cost of ``most_bytes`` all together."""
    spans = [_Span(_at_ms(day, start), _at_ms(day, end), (start, end) == BUSY) for start, end in STRATA]
    begin_ms, end_ms = spans[0].start_ms, spans[-1].end_ms
    at_first: dict[AgentId, Stay] = {}
    later: dict[AgentId, Stay] = {}
    for stay in sorted(everybody, key=lambda stay: (stay.since_ms, stay.agent)):
        if stay.holds(begin_ms):
            at_first[stay.agent] = stay
        elif begin_ms < stay.since_ms < end_ms:
            later.setdefault(stay.agent, stay)
    given = _shared_out(f"{site}|{day}", day.toordinal(), spans, sorted(at_first.values()), most_bytes)
    for agent, stay in later.items():
        if agent not in at_first:
            _squeeze_in(f"{site}|{day}|{agent}", spans, stay, given, most_bytes)
    slots: dict[AgentId, list[Slot]] = defaultdict(list)
    for stay, start_ms, cost in sorted(given, key=lambda one: one.start_ms):
        if stay.holds(start_ms):
            slots[stay.agent].append(_slot(stay.role, start_ms, cost))
    return {agent: tuple(theirs) for agent, theirs in slots.items()}


def _shared_out(
    seed: str, number: int, spans: Sequence[_Span], all_stays: Sequence[Stay], most_bytes: int
) -> list[_Given]:
    """Share the allowance out among those who stand there as the day begins; ``number`` counts days."""
    given: list[_Given] = []
    left, others = most_bytes, len(spans) - 1
    # Half of it is for the busy hour, and more where half does not reach round.
    for span in sorted(spans, key=lambda span: not span.busy):
        many = min(len(all_stays), span.room)
        if span.busy:
            most = min(many, most_bytes // LEAST_BYTES)
            share, cap = max(most_bytes // 2, most * LEAST_BYTES), BUSY_BYTES
        else:
            share, cap = left // others, OTHER_BYTES
            most = min(many, max(share // OTHER_BYTES, 1))
        if not most or share // most < LEAST_BYTES:
            continue
        cost = min(cap, share // most)
        starts = _apart(f"{seed}|{span.start_ms}", span, most)
        # One stratum after the other, so that an agent's turns fall on different days.
        turn = _in_turn(f"{seed}|{span.start_ms}", number + spans.index(span), all_stays, most)
        given += [_Given(stay, start_ms, cost) for stay, start_ms in zip(turn, starts, strict=True)]
        if span.busy:
            left -= cost * most
    return given


def _in_turn(seed: str, number: int, all_stays: Sequence[Stay], most: int) -> list[Stay]:
    """Choose whose turn it is, each as often as any other over the days, and shuffle who comes when."""
    first = number * most
    chosen = [all_stays[(first + place) % len(all_stays)] for place in range(most)]
    return sorted(chosen, key=lambda stay: _chance(seed, stay.agent))


def _apart(seed: str, span: _Span, many: int) -> list[int]:
    """Draw so many starts, no two slots overlapping, every way to place them being equally likely."""
    free = span.end_ms - span.start_ms - many * _LENGTH_MS
    drawn = sorted(int(_chance(seed, number) * (free + 1)) for number in range(many))
    return [span.start_ms + offset + place * _LENGTH_MS for place, offset in enumerate(drawn)]


def _squeeze_in(seed: str, spans: Sequence[_Span], stay: Stay, given: list[_Given], most_bytes: int) -> None:
    """Give a newcomer a start in each stratum that is not over, the busy hour first, while bytes are left."""
    for span in sorted(spans, key=lambda span: not span.busy):
        left = most_bytes - sum(one.most_bytes for one in given)
        starts = _gaps(span, stay.since_ms, [one.start_ms for one in given])
        free = sum(last - first for first, last in starts)
        if left < LEAST_BYTES or not free:
            continue
        offset = int(_chance(seed, span.start_ms) * free)
        for first, last in starts:
            if offset < last - first:
                cost = min(BUSY_BYTES if span.busy else OTHER_BYTES, left)
                given.append(_Given(stay, first + offset, cost))
                break
            offset -= last - first


def _gaps(span: _Span, since_ms: int, taken: Iterable[int]) -> list[tuple[int, int]]:
    """Find where else a slot could start: from each first moment up to, not including, each last."""
    found: list[tuple[int, int]] = []
    first = max(span.start_ms, since_ms)
    for start_ms in sorted(one for one in taken if span.start_ms <= one < span.end_ms):
        if first <= start_ms - _LENGTH_MS:
            found.append((first, start_ms - _LENGTH_MS + 1))
        first = max(first, start_ms + _LENGTH_MS)
    if first <= span.end_ms - _LENGTH_MS:
        found.append((first, span.end_ms - _LENGTH_MS + 1))
    return found


def _slot(role: Role, start_ms: int, most_bytes: int) -> Slot:
    # A reference agent is wired to the router: it has no Wi-Fi to tell from the line.
    targets: tuple[End, ...] = ("server", "reference") if role is Role.ROOM else ("server",)
    return Slot(
        start_ms=start_ms,
        latest_ms=start_ms + START_WITHIN_S * 1000,
        most_bytes=most_bytes,
        targets=targets,
    )


def _at_ms(day: date, hour: int) -> int:
    # No stratum begins in the hour that a change of the clocks skips or repeats.
    on, hour = (day + timedelta(days=1), 0) if hour == 24 else (day, hour)  # noqa: PLR2004 - the day's end
    return milliseconds(datetime.combine(on, time(hour), LONDON))


def _chance(*words: object) -> float:
    """Draw from 0 up to, not including, 1: the same for the same words, in every version of Python."""
    drawn = hashlib.blake2b("|".join(map(str, words)).encode(), digest_size=8).digest()
    return (int.from_bytes(drawn, "big") >> 11) / 2**53
