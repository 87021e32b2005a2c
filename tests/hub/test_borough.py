"""The borough's values and physics: what is written down is possible, what follows from it plausible."""

from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice, pairwise
from pathlib import Path
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach import slots, strata
from roomreach.identifiers import AgentId, SiteId
from roomreach.measurement import Gateway, Latency, Link, Outcome, Reason, Throughput
from roomreach.places import Role, Safeguarding
from roomreach.report import Report
from roomreach.wire import decode_stored_report
from roomreach_agent import rounds
from roomreach_agent.engines.direction import Direction, Failed
from roomreach_agent.engines.engine import Ask
from roomreach_agent.engines.own.engine import OwnEngine
from roomreach_agent.probes import chosen
from roomreach_collector.wanting import wanted
from roomreach_hub.buildings import on_record
from roomreach_hub.buildings.borough.course import DEAD, NEW_ACCESS_POINT, NEW_CHANNEL, OUTAGES, SILENT
from roomreach_hub.buildings.borough.town import borough
from roomreach_hub.buildings.box import Box
from roomreach_hub.buildings.cell import Cell, Channel
from roomreach_hub.buildings.equipment import chance_of, equip, settings
from roomreach_hub.buildings.habits import Demand, Household, busy, drawn, household
from roomreach_hub.buildings.history.calendar import CADENCE_S, Calendar
from roomreach_hub.buildings.history.frames import Frame
from roomreach_hub.buildings.history.making import days, past_agents
from roomreach_hub.buildings.hostel import Script, lodgings
from roomreach_hub.buildings.line import Line, Portal
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.buildings.radio import Radio
from roomreach_hub.buildings.spans import Span
from roomreach_hub.buildings.spot import Spot
from roomreach_hub.buildings.transfers import SimulatedTransfers
from roomreach_store.records import Records, places

LONDON = ZoneInfo("Europe/London")
END_S = datetime(2026, 3, 10, 12, tzinfo=LONDON).timestamp()
HISTORY = Span(END_S - 28 * 86_400, END_S)
TOWN = borough(Script(), END_S, HISTORY)
MIDWEEK = datetime(2026, 3, 4, tzinfo=LONDON).timestamp()
WORKS = Line(round_trip_ms=10)
AGENTS = tuple(AgentId(f"a-bcdfghjk{number:02}") for number in range(10, 80))
SITES = tuple(
    SiteId(f"s-bcdfghjk{10 + list(dict.fromkeys(one.site for one in TOWN)).index(lodging.site)}")
    for lodging in TOWN
)


def at(site: str, label: str) -> Lodging:
    (found,) = [one for one in TOWN if (one.site, one.label) == (site, label)]
    return found


def orders_of(agents: tuple[AgentId, ...], sites: tuple[SiteId, ...]) -> Orders:
    return Orders(agents=agents, sites=sites, broker_port=1, began_s=0, script=Script(), history=HISTORY)


def asked(lodging: Lodging, at_s: float, root: Path) -> dict[str, object]:
    """What the real probes make of a place at a moment, by kind."""
    orders = Orders(agents=("a-bcdfghjkmn",), broker_port=1, began_s=0, script=Script())
    chance = chance_of(orders, 1)
    equip(root, lodging, chance)
    box = Box(spot=lodging.spot, at_s=lambda: at_s, chance=chance)
    given_ = settings(orders, orders.agents[0], lodging, root / "outbox.db")
    probes = [one for one in chosen(given_, box.tools(root)) if one.kind != "health"]
    return {measurement.kind: measurement for measurement in rounds.take(probes)}


def test_twelve_sites_sixty_rooms_four_providers_and_seventy_agents() -> None:
    assert len({one.site for one in TOWN}) == 12
    assert len({one.provider for one in TOWN}) == 4
    assert Counter(one.role for one in TOWN) == {Role.ROOM: 60, Role.REFERENCE: 10}
    assert {one.site for one in TOWN if one.safeguarding is not Safeguarding.NONE} == {"Quillmere Annexe"}
    assert len({one.category for one in TOWN}) == 4
    assert {one.site for one in TOWN if one.sold.metered} == {"Garnet Street"}
    assert {one.site for one in TOWN if one.spot.line.portal} == {"Foxglove Hotel"}


def test_every_door_has_its_own_label_and_nobody_lives_where_the_router_is() -> None:
    doors = Counter((one.site, one.building, one.label) for one in TOWN)
    assert set(doors.values()) == {1}
    assert len({one.label for one in TOWN if one.role is Role.ROOM}) == 60
    assert {one.homes for one in TOWN if one.role is Role.REFERENCE} == {0}
    assert min(one.homes for one in TOWN if one.role is Role.ROOM) == 1


def test_the_borough_holds_the_hostel_whose_script_is_live() -> None:
    for one, same in zip(TOWN, lodgings(Script(), END_S), strict=False):
        assert (one.site, one.label, one.silent_at_s) == (same.site, same.label, same.silent_at_s)
        assert one.spot.radio == same.spot.radio
        assert one.spot.line.failing == same.spot.line.failing


def test_all_that_happened_is_over_before_the_history_ends_even_if_it_is_short() -> None:
    short = Span(END_S - 3 * 86_400, END_S)
    for outage in OUTAGES:
        assert short.begin_s < outage.span(short).begin_s < outage.span(short).end_s < short.end_s
    for share in (NEW_ACCESS_POINT.share, NEW_CHANNEL.share, SILENT[2]):
        assert short.begin_s + 86_400 < short.share(share) < short.end_s


def test_the_dead_room_is_dead_by_physics_and_no_other_is() -> None:
    unreached = [one for one in TOWN if one.spot.radio and not one.spot.radio.reaches]
    assert [(one.site, one.label) for one in unreached] == [DEAD]


def test_one_seed_is_one_town_and_another_is_another() -> None:
    def used(seed: int) -> list[float]:
        return [one.spot.line.demand.at(MIDWEEK) for one in borough(Script(seed=seed), END_S, HISTORY)]

    assert used(1) == used(1) != used(2)


def test_another_seed_is_another_night_at_the_sign_in_page_and_other_bad_moments_of_the_mast() -> None:
    def drawn_of(seed: int) -> tuple[object, float]:
        town = borough(Script(seed=seed), END_S, HISTORY)
        (portal,) = {one.spot.line.portal for one in town if one.spot.line.portal}
        mobile = next(one.spot.line for one in town if one.spot.line.wavers)
        return portal.night(date(2026, 3, 4)).end_s, replace(mobile, demand=Demand()).left_mbps(MIDWEEK)

    first, again, other = map(drawn_of, (1, 1, 2))
    assert first == again
    assert all(one != another for one, another in zip(first, other, strict=True))


def test_rooms_that_moved_to_the_new_access_point_leave_the_old_one_s_air() -> None:
    moved_s = HISTORY.share(NEW_ACCESS_POINT.share)
    old = at(NEW_ACCESS_POINT.site, "A01").spot.cell
    homes = [home for home in old.demand.homes if not any(span.end_s > HISTORY.end_s for span in home.empty)]
    assert len(old.demand.homes) - len(homes) == 4, "of three rooms"
    assert old.demand.at(moved_s - 3600) > Demand(tuple(homes)).at(moved_s - 3600)
    assert old.demand.at(moved_s + 3600) == pytest.approx(Demand(tuple(homes)).at(moved_s + 3600))


def test_evenings_are_busier_than_nights_and_school_hours() -> None:
    hours = [busy(MIDWEEK + hour * 3600) for hour in range(24)]
    assert max(hours) == hours[20] == 1
    assert hours[4] < 0.1 < hours[11] < hours[16] < hours[20]


@given(st.floats(1_000_000_000, 2_000_000_000))
def test_residents_are_never_busier_than_at_their_busiest(at_s: float) -> None:
    assert 0 < busy(at_s) <= 1
    assert 0 <= drawn("any", at_s) < 1


def test_an_empty_home_uses_nothing() -> None:
    away = Household("home", empty=(Span(MIDWEEK, MIDWEEK + 86_400),))
    assert Demand((away,)).at(MIDWEEK + 20 * 3600) == 0 < Demand((away,)).at(MIDWEEK - 4 * 3600)


def test_some_families_move_and_none_leaves_its_home_empty_for_long() -> None:
    homes = [household(1, str(number), HISTORY) for number in range(200)]
    empty = [home.empty[0] for home in homes if home.empty]
    assert 50 < len(empty) < 110
    assert all(HISTORY.begin_s < span.begin_s < span.end_s < HISTORY.end_s for span in empty)
    assert max(span.lasts_s for span in empty) < 6 * 86_400


def test_a_line_that_residents_fill_leaves_less_and_answers_later() -> None:
    many = Demand(tuple(Household(str(number)) for number in range(8)))
    line = Line(round_trip_ms=20, download_mbps=20, demand=many)
    night, evening = MIDWEEK + 4 * 3600, MIDWEEK + 20.5 * 3600
    assert line.left_mbps(evening)[0] < 0.6 * line.left_mbps(night)[0] <= 20
    trips = [median(line.trips_ms(at_s, Random(1), 99)) for at_s in (night, evening)]
    assert trips[1] > trips[0] + 5


@given(st.floats(0, 0.85), st.floats(1, 20), st.integers(0, 4))
def test_a_busy_channel_is_slower_and_sends_more_again(filled: float, distance_m: float, walls: int) -> None:
    radio = Radio(distance_m=distance_m, walls=walls)
    assert radio.carries_mbps(filled) <= radio.carries_mbps(0)
    assert radio.retried <= radio.retried_on(filled) < 1


def test_neighbours_fill_a_channel_most_in_the_evening() -> None:
    cell = Cell(channel=Channel(2437, 0.5))
    assert cell.busy(MIDWEEK + 4 * 3600) < 0.25 < cell.busy(MIDWEEK + 20 * 3600) <= 0.5


@pytest.mark.parametrize(
    ("hour", "closed"), [(1.9, False), (2, True), (7.9, True), (10.1, False), (23, False)]
)
def test_the_sign_in_page_forgets_everybody_at_two_until_the_morning(hour: float, closed: bool) -> None:
    assert Portal("hotel").closed(MIDWEEK + hour * 3600) is closed


def test_behind_a_sign_in_page_names_are_answered_and_nothing_else(tmp_path: Path) -> None:
    room = at("Foxglove Hotel", "101")
    night = MIDWEEK + 3 * 3600
    found = asked(room, night, tmp_path)
    assert {kind: m.outcome for kind, m in found.items()} == {
        "link": Outcome.OK,
        "gateway": Outcome.OK,
        "latency": Outcome.FAILED,
        "names": Outcome.OK,
    }
    with pytest.raises(Failed) as failed:
        SimulatedTransfers(room.spot, "server", night, Random(1)).quiet_trips_ms()
    assert failed.value.reason is Reason.INTERCEPTED
    assert asked(at("Foxglove Hotel", "Reception"), night, tmp_path / "wired")["latency"].reason is None


def test_where_no_access_point_is_heard_there_is_no_way_out(tmp_path: Path) -> None:
    found = asked(at(*DEAD), MIDWEEK, tmp_path)
    assert found["link"] == Link(reason=Reason.NOT_ASSOCIATED)
    assert isinstance(found["gateway"], Gateway)
    assert isinstance(found["latency"], Latency)
    assert {found[kind].reason for kind in ("gateway", "latency", "names")} == {Reason.NO_ROUTE}


def test_while_an_access_point_is_off_its_rooms_have_none_and_the_others_do(tmp_path: Path) -> None:
    (outage,) = [one for one in OUTAGES if one.ap]
    during = outage.span(HISTORY).begin_s + 60
    for label, joined in (("H11", False), ("H1", True), ("Router cupboard", True)):
        lodging = at(outage.site, label)
        assert lodging.spot.joined(during) is joined
        assert lodging.spot.joined(outage.span(HISTORY).end_s)
        assert (asked(lodging, during, tmp_path / label)["latency"].reason is None) is joined


def test_a_wire_is_measured_without_a_radio(tmp_path: Path) -> None:
    found = asked(at("Alder Court", "Router cupboard"), MIDWEEK, tmp_path)
    assert list(found) == ["gateway", "latency", "names"]


@pytest.mark.parametrize(("mbps", "round_trip_ms"), [(4, 40), (20, 12), (40, 8)])
def test_the_real_engine_finds_what_a_simulated_line_carries(mbps: float, round_trip_ms: float) -> None:
    spot = Spot(line=Line(round_trip_ms=round_trip_ms, download_mbps=mbps, upload_mbps=mbps / 2))
    engine = OwnEngine(lambda end: SimulatedTransfers(spot, end, MIDWEEK, Random(1)))
    measured = engine.test(Ask(target="server", most_bytes=60_000_000))
    assert measured.download_mbps == pytest.approx(mbps, rel=0.1)
    assert measured.upload_mbps == pytest.approx(mbps / 2, rel=0.1)


def test_transfers_end_at_the_bytes_they_may_cost() -> None:
    transfers = SimulatedTransfers(Spot(line=WORKS), "server", MIDWEEK, Random(1))
    ticks = list(transfers.run(Direction.DOWNLOAD, 1_000_000))
    assert ticks[-1].arrived == 1_000_000
    assert [tick.arrived for tick in ticks] == sorted(tick.arrived for tick in ticks)


def test_an_agent_without_power_takes_no_rounds_and_then_begins_another_boot() -> None:
    (outage,) = [one for one in OUTAGES if one.cause == "power"]
    dark = outage.span(HISTORY)
    calendar = Calendar("1 1", at(outage.site, "N1"), HISTORY)
    assert calendar.in_(dark) == []
    before, after = (
        calendar.in_(Span(HISTORY.begin_s, dark.begin_s))[-1],
        calendar.in_(Span(dark.end_s, HISTORY.end_s))[0],
    )
    assert (after.sequence, after.boot) == (before.sequence + 1, before.boot + 1)
    assert after.at_s - dark.end_s < 60


def test_a_calendar_says_the_same_of_a_day_whatever_was_asked_before() -> None:
    calendar = Calendar("1 1", at("Alder Court", "A01"), HISTORY)
    whole = calendar.in_(HISTORY)
    assert [one.sequence for one in whole] == list(range(1, 28 * 96 + 1))
    day = Span(HISTORY.share(0.5), HISTORY.share(0.5) + 86_400)
    assert calendar.in_(day) == [one for one in whole if day.at(one.at_s)]
    assert {round(b.at_s - a.at_s) for a, b in pairwise(whole)} == {CADENCE_S}


def test_the_slots_of_the_past_are_those_that_the_collector_would_have_given(tmp_path: Path) -> None:
    records = Records.open(f"sqlite:///{tmp_path}/records.db")
    with closing(records), records.transaction() as c:
        agents = on_record.record(
            c, TOWN, host="E09000001", since=datetime.fromtimestamp(HISTORY.begin_s, UTC)
        )
        register = places.register(c)
    sites = tuple(register.site_of(register.installations[agent][0].room).id for agent in agents)
    planned = {one.agent: one for one in past_agents(orders_of(agents, sites), tmp_path, 0, 1)}
    for at_s in (HISTORY.begin_s, HISTORY.share(0.5), HISTORY.end_s):
        day = strata.day_of(int(at_s * 1000))
        first, last = (strata.begins_ms(one) / 1000 for one in (day, day + timedelta(days=2)))
        told = wanted(register, day, version=1, issued_ms=0)
        tests = {agent: one.tests for agent, one in told.items()}
        assert {agent: planned[agent].slots(first, last) for agent in agents} == tests
        assert all(tests.values())


def test_what_the_tests_of_a_site_cost_in_a_day_stays_within_its_allowance(tmp_path: Path) -> None:
    site_of = dict(zip(AGENTS, SITES, strict=True))
    spent: Counter[tuple[str, date]] = Counter()
    ends: Counter[str] = Counter()
    for agent in past_agents(orders_of(AGENTS, SITES), tmp_path, 0, 1):
        for day in islice(days(orders_of(AGENTS, SITES)), 2):
            for frame in chain.from_iterable(map(agent.reports, day)):
                for one in decode_stored_report(frame.payload).measurements:
                    if isinstance(one, Throughput):
                        ends[one.target] += 1
                    # A test of the Wi-Fi costs the line nothing.
                    if isinstance(one, Throughput) and one.target == "server":
                        spent[site_of[agent.agent], strata.day_of(frame.taken_ms)] += one.spent_bytes or 0
    metered = {site for site, one in zip(SITES, TOWN, strict=True) if one.sold.metered}
    assert len(metered) == 1
    for (site, _), cost in spent.items():
        assert cost <= (slots.METERED_BYTES if site in metered else slots.SITE_BYTES)
    assert {site for site, _ in spent} == set(SITES)
    assert ends["server"] > ends["reference"] > 100


def test_a_stretch_of_the_past_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    orders = orders_of(AGENTS, SITES)
    stretch = next(iter(days(orders)))[2]
    first, again = (
        [list(one.reports(stretch)) for one in past_agents(orders, tmp_path / name, 2, 12)]
        for name in ("first", "again")
    )
    assert [list(map(_without_health, one)) for one in first] == [
        list(map(_without_health, one)) for one in again
    ]
    assert sum(map(len, first)) == 24 * len(first) > 0


def _without_health(frame: Frame) -> Report:
    """A report but for what it says of this machine's own disk."""
    decoded = decode_stored_report(frame.payload)
    return replace(decoded, measurements=[one for one in decoded.measurements if one.kind != "health"])


def test_parts_together_are_everybody_once(tmp_path: Path) -> None:
    orders = orders_of(AGENTS, SITES)
    parts = [past_agents(orders, tmp_path, part, 2) for part in range(2)]
    assert sorted(one.agent for part in parts for one in part) == list(AGENTS)
    assert [len(part) for part in parts] == [35, 35]


def test_days_are_made_newest_first_and_leave_nothing_out() -> None:
    orders = Orders(agents=(), broker_port=1, began_s=0, script=Script(), history=HISTORY)
    made = list(days(orders))
    assert len(made) == 28
    assert made[0][-1].end_s == HISTORY.end_s
    flat = sorted((span for day in made for span in day), key=lambda span: span.begin_s)
    assert flat[0].begin_s == HISTORY.begin_s
    assert all(a.end_s == b.begin_s for a, b in pairwise(flat))
