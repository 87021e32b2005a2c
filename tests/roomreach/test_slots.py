"""When do the agents of a site test? Never two at once, every stratum, within the allowance, on any day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from roomreach import slots, strata
from roomreach.desired import Slot
from roomreach.identifiers import AgentId, BuildingId, ProviderId, RoomId, SiteId
from roomreach.moments import moment
from roomreach.places import (
    Agent,
    Building,
    Category,
    Installation,
    Line,
    Provider,
    Register,
    Role,
    Room,
    Site,
)
from roomreach.slots import Stay, deal, plan
from roomreach.strata import LONDON, begins_ms
from roomreach_agent.settings import ThroughputSettings

SITE = SiteId("s-manor22")
CLOCKS_FORWARD, CLOCKS_BACK = date(2026, 3, 29), date(2026, 10, 25)
TODAY = date(2026, 11, 22)
LONG_AGO = 0

_DAYS = st.dates(date(2025, 1, 1), date(2030, 12, 31)) | st.sampled_from([CLOCKS_FORWARD, CLOCKS_BACK])
_ALLOWANCES = st.sampled_from([slots.SITE_BYTES, slots.METERED_BYTES]) | st.integers(0, 10**9)

Plan = Mapping[AgentId, Sequence[Slot]]


def agents(many: int, role: Role = Role.ROOM) -> list[Stay]:
    return [Stay(AgentId(f"a-agent{number:03}"), role, LONG_AGO) for number in range(many)]


def all_slots(planned: Plan) -> list[Slot]:
    return sorted((slot for theirs in planned.values() for slot in theirs), key=lambda slot: slot.start_ms)


def stratum(slot: Slot) -> tuple[int, int]:
    hour = datetime.fromtimestamp(slot.start_ms / 1000, LONDON).hour
    return next((start, end) for start, end in strata.STRATA if start <= hour < end)


def hours(number: float) -> int:
    return round(number * 3_600_000)


@st.composite
def whoever(draw: st.DrawFn, day: date) -> list[Stay]:
    """Agents that were there, come, go and come back, about some day."""
    found: list[Stay] = []
    for number in range(draw(st.integers(0, 12))):
        moments = sorted(draw(st.lists(st.integers(-30, 30), min_size=1, max_size=4, unique=True)))
        since = [begins_ms(day) + hours(one) for one in moments]
        for start, end in zip(since[::2], [*since[1::2], None], strict=False):
            found.append(Stay(AgentId(f"a-agent{number:03}"), Role.ROOM, start, end))
    return found


@given(day=_DAYS, many=st.integers(0, 200), allowance=_ALLOWANCES)
def test_no_two_agents_test_at_once_and_no_day_costs_more_than_its_allowance(
    day: date, many: int, allowance: int
) -> None:
    planned = plan(SITE, day, agents(many), allowance)
    every = all_slots(planned)
    assert all(later.start_ms - one.start_ms >= strata.LENGTH_S * 1000 for one, later in pairwise(every))
    assert sum(slot.most_bytes for slot in every) <= allowance
    assert all(slots.LEAST_BYTES <= slot.most_bytes <= slots.BUSY_BYTES for slot in every)
    begin, end = begins_ms(day), begins_ms(day + timedelta(days=1))
    for theirs in planned.values():
        assert all(begin <= slot.start_ms <= slot.latest_ms < end for slot in theirs)
        assert list(theirs) == sorted(theirs, key=lambda slot: slot.start_ms)
        assert max(Counter(map(stratum, theirs)).values()) == 1


@given(day=_DAYS, allowance=_ALLOWANCES, data=st.data())
def test_whoever_comes_and_goes_the_same_holds(day: date, allowance: int, data: st.DataObject) -> None:
    everybody = data.draw(whoever(day))
    planned = plan(SITE, day, everybody, allowance)
    every = all_slots(planned)
    assert all(later.start_ms - one.start_ms >= strata.LENGTH_S * 1000 for one, later in pairwise(every))
    assert sum(slot.most_bytes for slot in every) <= allowance
    for agent, theirs in planned.items():
        for slot in theirs:
            assert any(stay.agent == agent and stay.holds(slot.start_ms) for stay in everybody)


@given(day=_DAYS, many=st.integers(1, 3))
def test_a_few_agents_test_in_every_stratum_every_day(day: date, many: int) -> None:
    planned = plan(SITE, day, agents(many), slots.SITE_BYTES)
    assert len(planned) == many
    for theirs in planned.values():
        assert [stratum(slot) for slot in theirs] == list(strata.STRATA)


@given(day=_DAYS, many=st.integers(1, 12))
def test_where_the_allowance_covers_them_tests_are_large_enough_to_settle(day: date, many: int) -> None:
    planned = plan(SITE, day, agents(many), slots.SITE_BYTES)
    busy = {slot.most_bytes for slot in all_slots(planned) if stratum(slot) == strata.BUSY}
    assert busy == {min(slots.BUSY_BYTES, 200_000_000 // many)}
    assert {slot.most_bytes for slot in all_slots(planned) if stratum(slot) != strata.BUSY} == {10_000_000}


@given(day=_DAYS, many=st.integers(4, 60))
def test_every_room_tests_in_the_busy_hour_every_day_and_somebody_in_every_other_stratum(
    day: date, many: int
) -> None:
    planned = plan(SITE, day, agents(many), slots.SITE_BYTES)
    assert all(strata.BUSY in map(stratum, theirs) for theirs in planned.values())
    assert len(planned) == many
    assert {stratum(slot) for slot in all_slots(planned)} == set(strata.STRATA)


@given(day=_DAYS, many=st.integers(1, 20))
def test_on_a_metered_line_the_busy_hour_is_paid_for_first(day: date, many: int) -> None:
    planned = plan(SITE, day, agents(many), slots.METERED_BYTES)
    assert sum(slot.most_bytes for slot in all_slots(planned)) <= 20_000_000
    assert all(strata.BUSY in map(stratum, theirs) for theirs in planned.values())
    assert len(planned) == many


def test_where_there_is_not_room_for_all_they_take_turns_fairly() -> None:
    for many, allowance in ((150, slots.SITE_BYTES), (33, slots.METERED_BYTES), (50, slots.SITE_BYTES)):
        turns: Counter[tuple[AgentId, tuple[int, int]]] = Counter()
        # Where the bytes pay for less than a test in each stratum, those take turns too, over five days.
        for number in range(5 * many):
            for agent, theirs in plan(SITE, TODAY + timedelta(days=number), agents(many), allowance).items():
                turns.update((agent, stratum(slot)) for slot in theirs)
        for one in {when for _, when in turns}:
            assert len({turns[stay.agent, one] for stay in agents(many)}) == 1, (many, one)
        assert min(turns[stay.agent, strata.BUSY] for stay in agents(many)) >= 1


def test_a_day_has_its_hours_by_the_clock_on_the_wall_when_the_clocks_change() -> None:
    for day, night_hours in ((CLOCKS_FORWARD, 6), (CLOCKS_BACK, 8), (TODAY, 7)):
        starts = [
            plan(SiteId(f"s-manor{n:04}"), day, agents(1), slots.SITE_BYTES)[agents(1)[0].agent]
            for n in range(300)
        ]
        nights = [(theirs[0].start_ms - begins_ms(day)) / hours(1) for theirs in starts]
        assert 0 <= min(nights) < 0.2
        assert night_hours - 0.3 < max(nights) <= night_hours - strata.LENGTH_S / 3600
        evenings = [datetime.fromtimestamp(theirs[4].start_ms / 1000, LONDON) for theirs in starts]
        assert {when.hour for when in evenings} == {20, 21}


def test_starts_are_drawn_evenly_and_differ_from_day_to_day_and_site_to_site() -> None:
    starts = [
        plan(SITE, TODAY + timedelta(days=number), agents(1), slots.SITE_BYTES)[agents(1)[0].agent][4]
        for number in range(600)
    ]
    minutes = [
        datetime.fromtimestamp(slot.start_ms / 1000, LONDON).hour * 60
        + datetime.fromtimestamp(slot.start_ms / 1000, LONDON).minute
        - 20 * 60
        for slot in starts
    ]
    quarters = Counter(minute // 30 for minute in minutes)
    assert all(110 < quarters[quarter] < 190 for quarter in range(4)), quarters
    here, there = (plan(site, TODAY, agents(3), slots.SITE_BYTES) for site in (SITE, SiteId("s-other222")))
    assert here != there


def test_the_same_day_is_planned_the_same_wherever_it_is_planned() -> None:
    first = plan(SITE, TODAY, agents(3), slots.SITE_BYTES)
    assert plan(SITE, TODAY, list(reversed(agents(3))), slots.SITE_BYTES) == first
    busy = first[AgentId("a-agent000")][4]
    # Written down, so that a newer version that plans otherwise is noticed: two collectors would disagree.
    assert moment(busy.start_ms).isoformat(timespec="milliseconds") == "2026-11-22T21:15:25.314+00:00"


def test_a_newcomer_moves_nobody_and_gets_what_is_left_of_its_day() -> None:
    before = plan(SITE, TODAY, agents(3), slots.SITE_BYTES)
    comes = Stay(AgentId("a-newcomer"), Role.ROOM, begins_ms(TODAY) + hours(17))
    after = plan(SITE, TODAY, [*agents(3), comes], slots.SITE_BYTES)
    assert {agent: after[agent] for agent in before} == before
    assert [stratum(slot) for slot in after[comes.agent]] == [(12, 18), (20, 22)]
    assert [slot.most_bytes for slot in after[comes.agent]] == [10_000_000, 15_000_000]
    tomorrow = plan(SITE, TODAY + timedelta(days=1), [*agents(2), comes], slots.SITE_BYTES)
    assert len(tomorrow[comes.agent]) == 6


def test_where_nothing_is_left_a_newcomer_waits_until_tomorrow() -> None:
    full = agents(20)
    comes = Stay(AgentId("a-newcomer"), Role.ROOM, begins_ms(TODAY) + hours(10))
    most = sum(slot.most_bytes for slot in all_slots(plan(SITE, TODAY, full, slots.METERED_BYTES)))
    assert most == slots.METERED_BYTES
    dealt = deal(SITE, TODAY, [*full, comes], slots.METERED_BYTES)[comes.agent]
    assert (dealt.slots, dealt.share.most_bytes) == ((), 0)


def test_on_a_new_site_twelve_newcomers_of_a_day_get_the_same() -> None:
    comes = [
        Stay(AgentId(f"a-agent{n:03}"), Role.ROOM, begins_ms(TODAY) + hours(9 + n / 9)) for n in range(13)
    ]
    dealt = deal(SITE, TODAY, comes, slots.SITE_BYTES)
    assert [dealt[stay.agent].share.most_bytes for stay in comes] == [25_000_000] * 12 + [0]
    assert all(strata.BUSY in map(stratum, dealt[stay.agent].slots) for stay in comes[:12])


# Shares


@given(day=_DAYS, allowance=_ALLOWANCES, data=st.data())
def test_the_shares_of_a_site_pay_for_the_slots_and_add_up_to_no_more_than_it_may_spend(
    day: date, allowance: int, data: st.DataObject
) -> None:
    dealt = deal(SITE, day, data.draw(whoever(day)), allowance)
    assert sum(theirs.share.most_bytes for theirs in dealt.values()) <= allowance
    for theirs in dealt.values():
        assert sum(slot.most_bytes for slot in theirs.slots) <= theirs.share.most_bytes
        assert all(theirs.share.from_ms <= slot.start_ms < theirs.share.until_ms for slot in theirs.slots)
        assert begins_ms(day) <= theirs.share.from_ms < theirs.share.until_ms
        assert theirs.share.until_ms <= begins_ms(day + timedelta(days=1))


def test_one_agent_alone_may_spend_all_but_what_is_kept_for_newcomers() -> None:
    ((_, dealt),) = deal(SITE, TODAY, agents(1), slots.SITE_BYTES).items()
    assert dealt.share.most_bytes == 275_000_000
    assert (dealt.share.from_ms, dealt.share.until_ms) == (
        begins_ms(TODAY),
        begins_ms(TODAY + timedelta(days=1)),
    )


def test_an_agent_that_moves_to_another_room_of_the_site_keeps_its_day() -> None:
    stays = agents(2)
    noon = begins_ms(TODAY) + hours(12)
    moved = [stays[0]._replace(until_ms=noon), stays[0]._replace(since_ms=noon, role=Role.REFERENCE)]
    before = plan(SITE, TODAY, stays, slots.SITE_BYTES)
    after = plan(SITE, TODAY, [*moved, stays[1]], slots.SITE_BYTES)
    assert [slot.start_ms for slot in after[stays[0].agent]] == [
        slot.start_ms for slot in before[stays[0].agent]
    ]
    assert {slot.targets for slot in after[stays[0].agent] if slot.start_ms >= noon} == {("server",)}


def test_who_moves_to_another_site_has_a_share_there_from_then_on() -> None:
    noon = begins_ms(TODAY) + hours(12)
    (stay,) = agents(1)
    here = deal(SITE, TODAY, [stay._replace(until_ms=noon)], slots.SITE_BYTES)[stay.agent].share
    there = deal(SITE, TODAY, [stay._replace(since_ms=noon)], slots.SITE_BYTES)[stay.agent].share
    assert (here.until_ms, there.from_ms) == (noon, noon)


def test_who_leaves_tests_no_more_and_the_others_go_on_as_planned() -> None:
    stays = agents(3)
    before = plan(SITE, TODAY, stays, slots.SITE_BYTES)
    leaves = stays[0]._replace(until_ms=begins_ms(TODAY) + hours(12))
    after = plan(SITE, TODAY, [leaves, *stays[1:]], slots.SITE_BYTES)
    assert after[leaves.agent] == before[leaves.agent][:2]
    assert {agent: after[agent] for agent in before if agent != leaves.agent} == {
        agent: theirs for agent, theirs in before.items() if agent != leaves.agent
    }


@given(day=_DAYS, many=st.integers(1, 12))
def test_no_agent_is_planned_to_cost_more_than_it_spends_in_any_24_hours(day: date, many: int) -> None:
    # Where the clocks go forward 24 hours hold 25 of the clock on the wall, and one start more at most.
    assume(begins_ms(day + timedelta(days=4)) - begins_ms(day) >= hours(96))
    costs: dict[AgentId, list[tuple[int, int]]] = {}
    for number in range(4):
        for agent, theirs in plan(SITE, day + timedelta(days=number), agents(many), slots.SITE_BYTES).items():
            costs.setdefault(agent, []).extend((slot.start_ms, slot.most_bytes) for slot in theirs)
    for theirs in costs.values():
        for start_ms, _ in theirs:
            assert sum(cost for at, cost in theirs if start_ms <= at < start_ms + hours(24)) <= 100_000_000
    assert ThroughputSettings().budget_mb == 100


def test_a_wired_agent_tests_the_line_alone_and_a_room_both() -> None:
    stays = [agents(1, Role.REFERENCE)[0], agents(2)[1]]
    planned = plan(SITE, TODAY, stays, slots.SITE_BYTES)
    wired, room = (planned[stay.agent] for stay in stays)
    assert {slot.targets for slot in wired} == {("server",)}
    assert {slot.targets for slot in room} == {("server", "reference")}


def test_the_register_says_who_stands_where_and_what_a_day_may_cost() -> None:
    building = BuildingId("b-block22")
    register = Register(
        providers=[Provider(id=ProviderId("p-trust22"), name="Trust")],
        sites=[
            Site(
                id=SITE,
                provider=ProviderId("p-trust22"),
                host="E09000012",
                name="Manor",
                category=Category.HOSTEL,
            )
        ],
        buildings=[
            Building(id=BuildingId("b-annex22"), site=SITE, name="Annex", line=Line(metered=True)),
            Building(id=building, site=SITE, name="Block"),
        ],
        rooms=[Room(id=RoomId("r-room222"), building=building, label="1")],
        agents=[Agent(id=AgentId("a-agent222"))],
        installations=[
            Installation(
                agent=AgentId("a-agent222"),
                room=RoomId("r-room222"),
                role=Role.ROOM,
                since=datetime(2026, 11, 1, tzinfo=UTC),
            )
        ],
    )
    assert slots.stays(register) == {SITE: [Stay(AgentId("a-agent222"), Role.ROOM, hours(24) * 20758)]}
    assert slots.allowances(register) == {SITE: slots.METERED_BYTES}


def test_a_day_begins_at_midnight_in_london() -> None:
    july = datetime(2026, 7, 14, 23, 30, tzinfo=UTC)
    assert strata.day_of(round(july.timestamp() * 1000)) == date(2026, 7, 15)
    assert begins_ms(date(2026, 7, 15)) == round(july.timestamp() * 1000) - hours(0.5)
