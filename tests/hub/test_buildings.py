"""The simulated hostel, piece by piece: what it says is what the real probes can read."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.errors import Misconfigured
from roomreach.identifiers import AgentId
from roomreach.measurement import Gateway, Latency, Link, Names, Outcome, Reason, Throughput
from roomreach.online import Online, judge
from roomreach.places import Safeguarding
from roomreach_agent import rounds
from roomreach_agent.clock import SystemClock
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.probes import chosen
from roomreach_agent.testing.assembling import account, one_test
from roomreach_hub.buildings.box import Box, furnish
from roomreach_hub.buildings.equipment import settings
from roomreach_hub.buildings.hostel import ANNEXE, Script, lodgings
from roomreach_hub.buildings.line import Failing, Line
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.buildings.radio import Radio, rate_mbps
from roomreach_hub.buildings.spans import Span
from roomreach_hub.buildings.spot import Spot

AGENT = AgentId("a-bcdfghjkmn")
ORDERS = Orders(agents=(AGENT,), broker_port=1, began_s=0, script=Script())


SIMULATED = ("link", "gateway", "latency", "names")
"""Whatever is asked of the building; health looks at this machine's disk too, and takes its time."""


def measured(
    radio: Radio, line: Line, at_s: float, root: Path, *, seed: int = 1, asked: Sequence[str] = SIMULATED
):
    """What the real probes make of a simulated machine, by kind."""
    furnish(root, celsius=48.2)
    box = Box(spot=Spot(radio=radio, line=line), at_s=lambda: at_s, chance=Random(seed))
    given = settings(ORDERS, AGENT, lodgings(Script())[0], root / "outbox.db")
    chosen_settings = replace(given, probes=tuple(asked))
    probes = chosen(chosen_settings, box.tools(root))
    return {measurement.kind: measurement for measurement in rounds.take(probes)}


def of(label: str, script: Script | None = None) -> Lodging:
    return next(lodging for lodging in lodgings(script or Script()) if lodging.label == label)


def test_the_real_probes_read_all_that_a_simulated_machine_says(tmp_path: Path):
    probes = (*SIMULATED, "health")
    found = measured(Radio(distance_m=5, walls=1), Line(round_trip_ms=11), 10, tmp_path, asked=probes)
    assert tuple(found) == probes
    assert {m.outcome for m in found.values()} == {Outcome.OK}
    assert judge(found.values()).online is Online.YES
    link = found["link"]
    assert isinstance(link, Link)
    assert (link.frequency_mhz, link.rx_rate_mbps, link.connected_s) == (2437, 65, 70)
    assert found["health"].temperature_c == 48.2
    assert found["latency"].median_ms > 11 > found["gateway"].median_ms


def test_while_the_line_is_down_the_router_answers_and_nothing_beyond_it(tmp_path: Path):
    line = Line(round_trip_ms=11, failing=Failing(first_s=40, lasts_s=120, every_s=420))
    found = measured(Radio(distance_m=5), line, 41, tmp_path)
    assert isinstance(found["gateway"], Gateway)
    assert found["gateway"].received == 5
    assert found["latency"] == Latency(
        target="hub", method=found["latency"].method, sent=5, reason=Reason.NO_ANSWER
    )
    assert found["names"] == Names(target="site", reason=Reason.NO_ANSWER)
    assert judge(found.values()).reason == (
        "nothing outside the building answers and names cannot be looked up"
    )


@pytest.mark.parametrize(
    ("at_s", "up"), [(0, True), (39.9, True), (40, False), (159.9, False), (160, True), (460, False)]
)
def test_a_line_fails_when_the_script_says_and_comes_back_and_fails_again(at_s: float, up: bool):
    assert Line(round_trip_ms=11, failing=Failing(first_s=40, lasts_s=120, every_s=420)).up(at_s) is up


def test_the_weak_room_is_joined_and_slow(tmp_path: Path):
    weak, near = of("31"), of("11")
    found = measured(weak.spot.radio, weak.spot.line, 60, tmp_path / "31")
    beside = measured(near.spot.radio, near.spot.line, 60, tmp_path / "11")
    assert found["link"].signal_average_dbm == -83
    assert found["link"].rx_rate_mbps <= 13
    assert found["link"].tx_retries > 20 * beside["link"].tx_retries
    assert found["latency"].p95_ms > 1.5 * beside["latency"].p95_ms
    assert judge(found.values()).online is Online.YES


def test_every_room_but_one_hears_its_access_point_well():
    assert [one.label for one in lodgings(Script()) if one.spot.radio.signal_dbm < -70] == ["31"]


def test_what_is_lost_on_a_weak_radio_is_a_packet_and_not_the_room(tmp_path: Path):
    weak = of("31")
    rounds_ = [measured(weak.spot.radio, weak.spot.line, 60, tmp_path, seed=seed) for seed in range(60)]
    assert all(judge(found.values()).online is Online.YES for found in rounds_)
    trips = [found["latency"].median_ms for found in rounds_]
    assert 20 < median(trips) < 120


@given(st.floats(0, 200), st.integers(0, 20), st.integers(0, 10))
def test_further_away_or_behind_more_walls_nothing_gets_better(distance_m: float, walls: int, ceilings: int):
    here = Radio(distance_m=distance_m, walls=walls, ceilings=ceilings)
    for worse in (
        Radio(distance_m=distance_m + 5, walls=walls, ceilings=ceilings),
        Radio(distance_m=distance_m, walls=walls + 1, ceilings=ceilings),
        Radio(distance_m=distance_m, walls=walls, ceilings=ceilings + 1),
    ):
        assert worse.signal_dbm < here.signal_dbm
        assert worse.retried >= here.retried
        assert rate_mbps(worse.signal_dbm) <= rate_mbps(here.signal_dbm)
    assert 0 < here.retried < 1


def test_counters_only_ever_grow(tmp_path: Path):
    weak = of("31")
    links = [measured(weak.spot.radio, weak.spot.line, at_s, tmp_path)["link"] for at_s in range(0, 50, 5)]
    for counter in ("tx_packets", "tx_retries", "tx_failed", "connected_s"):
        counted = [getattr(link, counter) for link in links]
        assert counted == sorted(counted)


def test_one_seed_is_one_course_of_events(tmp_path: Path):
    weak = of("31")
    first, again, other = (
        measured(weak.spot.radio, weak.spot.line, 9, tmp_path, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_what_a_simulated_test_cost_is_counted_within_its_price(tmp_path: Path):
    furnish(tmp_path, celsius=50)
    spot = Spot(radio=Radio(distance_m=5), line=Line(round_trip_ms=9, download_mbps=200))
    tools = Box(spot=spot, at_s=lambda: 0, chance=Random(1)).tools(tmp_path)
    given = settings(ORDERS, AGENT, lodgings(Script())[0], tmp_path / "outbox.db", wired=True)
    test = one_test(given, tools, spending=account(given), wanted=lambda: None, clock=SystemClock())
    for end in ("server", "reference", "server"):
        found = test.make(end, 2_000_000)
        assert isinstance(found, Throughput)
        assert found.outcome is Outcome.OK
        payload = found.download_bytes + found.upload_bytes
        assert 1.05 * payload < found.spent_bytes < 1.07 * payload
        assert found.spent_bytes <= 2_000_000
        assert 0 < found.lasted_s < 5


def test_no_other_program_is_installed():
    spot = Spot(radio=Radio(distance_m=5), line=Line(round_trip_ms=9))
    box = Box(spot=spot, at_s=lambda: 0, chance=Random(1))
    with pytest.raises(ProbeFailed, match="the program ping is not installed"):
        box.run("ping", "example.org", within_s=1)


def test_six_rooms_on_two_sites_of_which_one_is_a_refuge():
    six = lodgings(Script())
    assert len(six) == 6
    assert {one.site: one.safeguarding for one in six if one.safeguarding is not Safeguarding.NONE} == {
        ANNEXE: Safeguarding.REFUGE
    }
    assert sum(one.silent_at_s is not None for one in six) == 1
    assert sum(one.spot.line.failing is not None for one in six) == 1


def test_sooner_is_the_same_script_in_less_time():
    script = Script().sooner(10)
    assert (script.silent_at_s, script.fails_at_s, script.fails_for_s, script.interval_s) == (5, 4, 12, 1)
    assert of("14", script).silent_at_s == 5
    assert Script().sooner(1) == Script()


def test_orders_are_read_as_they_were_written_and_name_no_place(tmp_path: Path):
    path = tmp_path / "orders.json"
    for orders in (replace(ORDERS, history=Span(0, 86_400)), ORDERS):
        orders.write(path)
        assert Orders.read(path) == orders
    text = path.read_text()
    assert not [one.label for one in lodgings(Script()) if f'"{one.label}"' in text or one.site in text]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"agents": [], "script": {"pace": 1}}'])
def test_what_is_no_orders_is_said_in_words(tmp_path: Path, text: str):
    path = tmp_path / "orders.json"
    path.write_text(text)
    with pytest.raises(Misconfigured, match="holds no orders"):
        Orders.read(path)
