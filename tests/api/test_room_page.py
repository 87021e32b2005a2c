"""A room's page: its figures over a day, a week and four weeks, gaps as gaps, failures as failures."""

import json
import re
from datetime import timedelta
from html import unescape
from itertools import pairwise

import pytest

from reader import Reader, plain
from roomreach.measurement import Latency, Link, NotMeasured, Reason, Throughput
from roomreach.places import Role
from two_weeks import ELEVEN, OFFICE, SITE, TEN, TWELVE, two_weeks


@pytest.fixture
def weeks(world):
    two_weeks(world)
    return world


def raw(world, room: str, days: int | None = None, status: int = 200) -> str:
    response = world.client.get(f"/rooms/{room}" + (f"?days={days}" if days else ""))
    assert response.status_code == status, response.text
    return plain(response.text)


def read(world, room: str, days: int | None = None) -> Reader:
    return Reader(raw(world, room, days))


def charts(world, room: str, days: int | None = None) -> list[dict]:
    found = re.findall(r'data-chart="([^"]*)"', raw(world, room, days))
    return [json.loads(unescape(one)) for one in found]


def test_the_answer_comes_first_then_each_figure_in_words_with_its_number(weeks) -> None:
    page = read(weeks, TEN)
    assert page.title == "Online - Room 10, Stratford Lodge - roomreach"
    assert page.headings == [
        "Room 10",
        "Wi-Fi signal",
        "Speed to our server",
        "Speed of the Wi-Fi alone",
        "Time to answer",
        "What failed in the last 7 days",
        "The facts behind: what each agent said last",
    ]
    for said in (
        "Residents can get online in this room: everything asked answered.",
        "Typically -78 dBm, weak.",
        "Measured in 337 of 337 half hours.",
        "Download typically 9.0 Mbit/s, slow.",
        "An answer took 18 ms on the quiet line, 95 ms while downloading and 140 ms while uploading.",
        "23 tests, of which 7 did not settle: a bar shows their bounds. Failed 4 times: no answer.",
        "Failed 15 times: no answer.",
        "Wi-Fi signal -78 dBm Router 2.4 ms Ways out, our server",
    ):
        assert said in page.text, said


@pytest.mark.parametrize(("days", "every_s", "rows"), [(1, 900, 25), (7, 1800, 29), (28, 3600, 15)])
def test_each_span_has_its_windows_and_a_table_of_the_same(weeks, days, every_s, rows) -> None:
    signal = charts(weeks, TEN, days)[0]
    steps = {later - earlier for earlier, later in pairwise(signal["x"])}
    assert steps == {every_s}
    assert 0 <= signal["to"] - signal["from"] - days * 86_400 < every_s
    assert signal["from"] <= signal["x"][0]
    assert signal["x"] == sorted(signal["x"])
    page = read(weeks, TEN, days)
    table = [row for row in page.rows if len(row) == 4 and "dBm" in row[1]]
    assert len(table) == rows
    assert sum(int(row[2]) for row in table) == sum(value is not None for value in signal["lines"][0])


def test_time_in_which_nothing_was_measured_is_a_gap(weeks) -> None:
    response = charts(weeks, TEN)[-1]
    at = response["lines"][0].index(None)
    before, after = response["x"][at - 1], response["x"][at + 1]
    assert 3.5 * 3600 <= after - before <= 4 * 3600
    assert before <= response["failed"][0] < response["failed"][-1] < after
    assert len(response["failed"]) == 8, "half hours"
    assert response["lines"][0].count(None) == 1


def test_a_test_that_did_not_settle_has_bounds_and_others_have_none(weeks) -> None:
    speed = charts(weeks, TEN)[1]
    bounds = [download for _, download, _ in speed["bounds"] if download != [None, None]]
    assert len(bounds) == 7
    assert all(low < high for low, high in bounds)
    assert all(upload == [None, None] for _, _, upload in speed["bounds"])
    assert speed["top"] >= max(high for _, high in bounds)


def test_what_could_not_be_measured_is_said_with_the_reason_and_never_zero(weeks) -> None:
    page = read(weeks, OFFICE)
    assert "Not measured in the last 7 days. Could not be measured: no radio in this machine." in page.text
    assert [chart["unit"] for chart in charts(weeks, OFFICE)] == ["Mbit/s", "ms"]


def test_a_test_that_failed_is_no_figure(world) -> None:
    block = world.site("s-bcdfghjkmn", "Stratford Lodge")
    world.agent("a-bcdfghjkm9", world.room(block, "r-bcdfghjkm9", "9"))
    for minutes, test in enumerate(
        (
            Throughput(target="server", engine="speedtest_cli", reason=Reason.FORBIDDEN),
            NotMeasured(of="throughput", target="server", reason=Reason.BUDGET_SPENT),
        )
    ):
        world.hears("a-bcdfghjkm9", timedelta(minutes=minutes), (Link(signal_dbm=-60), test))
    page = read(world, "r-bcdfghjkm9")
    assert (
        "No figure in the last 7 days. Failed once: the test service turned the agent away. "
        "Could not be measured: the day's allowance of data is used up."
    ) in page.text
    speed = charts(world, "r-bcdfghjkm9")[1]
    assert (speed["lines"], len(speed["failed"])) == ([[], []], 1)
    assert "1 speed test failed: the test service turned the agent away." in page.text


def test_a_room_without_an_agent_says_so(weeks) -> None:
    page = read(weeks, ELEVEN)
    assert "Whether residents can get online in this room is not known: no agent stands here." in page.text
    assert "No agent stands in this room, and none measured here in the last 7 days." in page.text
    assert page.headings == ["Room 11"]


def test_a_silent_room_shows_what_it_measured_before(weeks) -> None:
    page = read(weeks, TWELVE)
    assert page.title.startswith("Not known")
    assert "nothing heard for 4 days." in page.text
    assert "Typically -64 dBm, good." in page.text
    assert "Not measured in the last 24 hours." in read(weeks, TWELVE, 1).text


def test_several_agents_in_a_room_have_figures_each(weeks) -> None:
    weeks.agent("a-second2345", TEN, Role.REFERENCE)
    weeks.hears("a-second2345", measurements=(Latency(target="hub", sent=5, received=5, median_ms=9.0),))
    page = read(weeks, TEN)
    assert page.headings.count("Time to answer") == 2
    assert "Measured by a-second2345, wired to the router" in page.headings


def test_what_an_agent_measured_before_it_left_stays_with_the_room(weeks) -> None:
    other = weeks.room(f"b-{SITE[2:]}", "r-elsewhere2", "14")
    weeks.agent("a-twoweeks3", other, since=weeks.now - timedelta(minutes=1))
    page = read(weeks, TEN)
    assert "no agent stands here" in page.text
    assert "Typically -78 dBm, weak." in page.text
    assert "No agent stands in this room now." in page.text


@pytest.fixture
def lodge(world):
    """A hostel with one agent, in room 9, and nothing measured."""
    world.agent("a-bcdfghjkm9", world.room(world.site(SITE, "Stratford Lodge"), "r-bcdfghjkm9", "9"))
    return world


def hears(world, step: timedelta, number: int, *measurements, interval_s: int) -> None:
    for n in reversed(range(number)):
        world.hears("a-bcdfghjkm9", n * step, measurements, interval_s=interval_s)


def test_what_failed_stays_with_a_dead_room_after_its_agent_was_moved(lodge) -> None:
    hears(lodge, timedelta(minutes=15), 20, Link(reason=Reason.NOT_ASSOCIATED), interval_s=900)
    other = lodge.room(f"b-{SITE[2:]}", "r-elsewhere2", "14")
    lodge.now += timedelta(minutes=2)
    lodge.agent("a-bcdfghjkm9", other, since=lodge.now - timedelta(minutes=1))
    page = read(lodge, "r-bcdfghjkm9")
    assert "none measured here" not in page.text
    assert "Failed 20 times: not joined to any Wi-Fi network." in page.text
    assert [row[3] for row in page.rows if row[0].startswith("Wi-Fi signal")] == [
        "4 hours 45 minutes 20 checks"
    ]


def test_an_agent_that_reports_every_hour_misses_nothing(lodge) -> None:
    hears(lodge, timedelta(hours=1), 24, Link(signal_dbm=-60), interval_s=3600)
    lodge.hears("a-bcdfghjkm9", measurements=(Link(signal_dbm=-60),), interval_s=60)
    assert "Measured in 24 of 25 hours." in read(lodge, "r-bcdfghjkm9", 1).text
    assert charts(lodge, "r-bcdfghjkm9", 1)[0]["lines"][0].count(None) == 0


@pytest.mark.parametrize(("dbm", "bottom", "top"), [(-35, -90, -30), (-97, -100, -40), (-60, -90, -40)])
def test_the_scale_of_a_signal_ends_at_tens(lodge, dbm: int, bottom: int, top: int) -> None:
    hears(lodge, timedelta(minutes=1), 2, Link(signal_dbm=dbm), interval_s=60)
    signal = charts(lodge, "r-bcdfghjkm9")[0]
    assert (signal["bottom"], signal["top"]) == (bottom, top)


def test_what_failed_is_to_be_had_as_files(weeks) -> None:
    offered = [address for address in read(weeks, TEN).addresses if "outcome=failed" in address]
    rows = [weeks.client.get(address).text.count("failed") for address in offered]
    assert sorted(rows) == [0, 0, 15, 15], "gateway and link, latency and names"


def test_a_span_there_is_not_is_refused_in_plain_words(weeks) -> None:
    page = Reader(raw(weeks, TEN, 3, status=422))
    assert page.headings == ["This cannot be shown"]
    assert "A room's page covers 1, 7, 28 days, and not 3." in page.text


def test_pages_carry_no_handler_and_no_style_of_their_own(weeks) -> None:
    for room in (TEN, OFFICE, ELEVEN):
        page = read(weeks, room)
        assert not {name for name in page.attributes if name == "style" or name.startswith("on")}
        assert all(address.startswith(("/", "#")) for address in page.addresses)
