"""When does each agent of a site test, and what may that cost? Dealt out for one site and one day in London.

The day has six strata. In each an agent has at most one start, drawn uniformly, so that tests keep step with
nothing and still reach the busy hour every day. Two agents of a site never test at once, and what they may
cost in a day adds up to no more than the site's allowance, because both are dealt out and never checked
afterwards. Few large tests are worth more than many whose rate cannot settle.

1. Who stands on the site as the day begins shares its allowance. The busy hour comes first: everybody there,
   every day, as long as a test of ``LEAST_BYTES`` each can be paid for. What is left over pays for tests in
   the other strata, in which they take turns, day by day.
2. A twelfth, unless the busy hour needs it, is kept for who arrives in the course of the day, in order of
   arrival; nobody's slot is moved for them.
3. Whatever no slot needs is shared out as well: for the tests that a person asks for, and for engines that
   cannot be held to the bytes of a slot.

Everything is drawn from a hash of site, day and stratum: whoever plans the same day plans the same slots.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from roomreach.desired import Share, Slot
from roomreach.identifiers import AgentId, SiteId
from roomreach.measurement.throughput import End
from roomreach.moments import milliseconds
from roomreach.places import Register, Role
from roomreach.strata import Span, apart, chance, gaps, spans_of

START_WITHIN_S = 60
"""How long after its start a test may still begin."""

SITE_BYTES = 300_000_000
"""What the tests of a site may cost in a day."""
METERED_BYTES = 20_000_000
"""The same where the line of any of its buildings is counted or capped."""

# Any 24 hours hold at most seven starts of an agent, two of them in the busy hour or two in another stratum:
# at most 100 MB, which is what an agent spends unless its settings say otherwise.
BUSY_BYTES = 25_000_000
OTHER_BYTES = 10_000_000
LEAST_BYTES = 1_000_000
"""A test of less says too little to be worth a slot."""

_ARRIVING = 12
"""One part in so many is kept for who arrives in the course of the day, and is what each of them gets."""


class Stay(NamedTuple):
    """An agent stands on a site from ``since_ms`` up to ``until_ms``; None while nobody knows of an end."""

    agent: AgentId
    role: Role
    since_ms: int
    until_ms: int | None = None

    def holds(self, at_ms: int) -> bool:
        """Say whether it stood there at a moment."""
        return self.since_ms <= at_ms and (self.until_ms is None or at_ms < self.until_ms)


class _Given(NamedTuple):
    agent: AgentId
    start_ms: int
    most_bytes: int


class Dealt(NamedTuple):
    """What one agent gets of a day: its slots, earliest first, and what all its tests may cost."""

    slots: tuple[Slot, ...]
    share: Share


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


def plan(
    site: SiteId, day: date, everybody: Iterable[Stay], most_bytes: int
) -> Mapping[AgentId, tuple[Slot, ...]]:
    """Give each agent that has any its slots of one day, earliest first; see ``deal``."""
    dealt = deal(site, day, everybody, most_bytes)
    return {agent: theirs.slots for agent, theirs in dealt.items() if theirs.slots}


def deal(site: SiteId, day: date, everybody: Iterable[Stay], most_bytes: int) -> Mapping[AgentId, Dealt]:
    """Deal one day's slots, and at most ``most_bytes``, out to every agent that stands on the site in it."""
    spans = spans_of(day)
    begin_ms, end_ms = spans[0].start_ms, spans[-1].end_ms
    seed, number = f"{site}|{day}", day.toordinal()
    stays_of: dict[AgentId, list[Stay]] = defaultdict(list)
    for stay in sorted(everybody, key=lambda stay: (stay.since_ms, stay.agent)):
        if stay.since_ms < end_ms and (stay.until_ms is None or stay.until_ms > begin_ms):
            stays_of[stay.agent].append(stay)
    at_first = sorted(agent for agent, theirs in stays_of.items() if theirs[0].since_ms <= begin_ms)
    given: list[_Given] = []
    if at_first:
        given = _in_the_busy_hour(seed, number, spans, at_first, most_bytes)
        left = most_bytes - _cost(given)
        given += _in_other_hours(seed, number, spans, at_first, left - min(most_bytes // _ARRIVING, left))
    left = most_bytes - _cost(given)
    kept = min(most_bytes // _ARRIVING, left) if at_first else left
    shares = dict.fromkeys(at_first, (left - kept) // max(len(at_first), 1))
    for one in given:
        shares[one.agent] += one.most_bytes
    for agent, theirs in stays_of.items():
        if agent not in shares:
            shares[agent] = min(most_bytes // _ARRIVING, kept)
            kept -= shares[agent]
            _squeeze_in(f"{seed}|{agent}", spans, theirs[0], given, shares[agent])
    return {
        agent: Dealt(_slots(agent, theirs, given), _share(theirs, begin_ms, end_ms, shares[agent]))
        for agent, theirs in stays_of.items()
    }


def _cost(given: Iterable[_Given]) -> int:
    return sum(one.most_bytes for one in given)


def _in_the_busy_hour(
    seed: str, number: int, spans: Sequence[Span], agents: Sequence[AgentId], most_bytes: int
) -> list[_Given]:
    """Give everybody a slot, for two thirds of the bytes, or more where those do not reach round."""
    span = next(span for span in spans if span.busy)
    many = min(len(agents), span.room, most_bytes // LEAST_BYTES)
    if not many:
        return []
    cost = min(BUSY_BYTES, max(most_bytes * 2 // 3, many * LEAST_BYTES) // many)
    return _in_one(seed, span, _in_turn(number * many + spans.index(span), agents, many), cost)


def _in_other_hours(
    seed: str, number: int, spans: Sequence[Span], agents: Sequence[AgentId], most_bytes: int
) -> list[_Given]:
    """Give as many large slots as the bytes pay for; where not even one in each stratum, those take turns."""
    others = [span for span in spans if not span.busy]
    tests = min(most_bytes // OTHER_BYTES, len(agents) * len(others)) or int(most_bytes >= LEAST_BYTES)
    given: list[_Given] = []
    for place, span in enumerate(others):
        # One stratum after the other, so that an agent's turns fall on different days.
        many, turns = min(tests // len(others), span.room), number
        if tests < len(others):
            cycle, rank = divmod(number + place, len(others))
            many, turns = int(rank < tests), cycle * tests + rank
        if many:
            turn = _in_turn(turns * many + place, agents, many)
            given += _in_one(seed, span, turn, min(OTHER_BYTES, most_bytes // tests))
    return given


def _in_one(seed: str, span: Span, agents: Iterable[AgentId], cost: int) -> list[_Given]:
    """Give these agents a slot each in one stratum, in any order."""
    seed = f"{seed}|{span.start_ms}"
    shuffled = sorted(agents, key=lambda agent: chance(seed, agent))
    starts = apart(seed, span, len(shuffled))
    return [_Given(agent, start_ms, cost) for agent, start_ms in zip(shuffled, starts, strict=True)]


def _in_turn(first: int, agents: Sequence[AgentId], many: int) -> list[AgentId]:
    """Choose whose turn it is, each as often as any other over the days."""
    return [agents[(first + place) % len(agents)] for place in range(many)]


def _squeeze_in(seed: str, spans: Sequence[Span], stay: Stay, given: list[_Given], most_bytes: int) -> None:
    """Give a newcomer a start in each stratum that is not over, the busy hour first, while its bytes last."""
    left = most_bytes
    for span in sorted(spans, key=lambda span: not span.busy):
        starts = gaps(span, stay.since_ms, [one.start_ms for one in given])
        free = sum(last - first for first, last in starts)
        cost = (
            min(left, max(most_bytes * 3 // 5, LEAST_BYTES), BUSY_BYTES)
            if span.busy
            else min(left, OTHER_BYTES)
        )
        if cost < LEAST_BYTES or not free:
            continue
        left -= cost
        offset = int(chance(seed, span.start_ms) * free)
        for first, last in starts:
            if offset < last - first:
                given.append(_Given(stay.agent, first + offset, cost))
                break
            offset -= last - first


def _slots(agent: AgentId, stays: Sequence[Stay], given: Iterable[_Given]) -> tuple[Slot, ...]:
    """Write an agent's slots, those at which it stands there: whoever only changes rooms keeps them all."""
    return tuple(
        _slot(role, one.start_ms, one.most_bytes)
        for one in sorted(given, key=lambda one: one.start_ms)
        if one.agent == agent and (role := _role_at(one.start_ms, stays))
    )


def _slot(role: Role, start_ms: int, most_bytes: int) -> Slot:
    # A reference agent is wired to the router: it has no Wi-Fi to tell from the line.
    targets: tuple[End, ...] = ("server", "reference") if role is Role.ROOM else ("server",)
    return Slot(
        start_ms=start_ms,
        latest_ms=start_ms + START_WITHIN_S * 1000,
        most_bytes=most_bytes,
        targets=targets,
    )


def _role_at(at_ms: int, stays: Iterable[Stay]) -> Role | None:
    return next((stay.role for stay in stays if stay.holds(at_ms)), None)


def _share(stays: Sequence[Stay], begin_ms: int, end_ms: int, most_bytes: int) -> Share:
    """Let a share hold while the agent stands there: on another site the same day it has another."""
    ends = [end_ms if stay.until_ms is None else stay.until_ms for stay in stays]
    return Share(
        from_ms=max(begin_ms, stays[0].since_ms),
        until_ms=min(end_ms, max(ends)),
        most_bytes=most_bytes,
    )
