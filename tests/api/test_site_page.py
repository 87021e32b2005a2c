"""A site's page: what it says of a site that is well, failing, silent, confidential, or not measured yet."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import timedelta

import pytest

from examples import WHEREABOUTS, a_report
from reader import Reader, plain
from roomreach.errors import Refused, Unavailable
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.measurement import Latency, Link, Measurement, Reason
from roomreach.moments import milliseconds
from roomreach.places import Role, Safeguarding
from roomreach.series import points
from two_weeks import NINE, OFFICE, SITE, TEN, TWELVE, two_weeks


@pytest.fixture
def weeks(world):
    two_weeks(world)
    return world


def read(world, address: str = f"/sites/{SITE}", status: int = 200) -> Reader:
    response = world.client.get(address)
    assert response.status_code == status, response.text
    return Reader(plain(response.text))


def test_the_answer_comes_first_and_the_last_week_in_one_sentence(weeks) -> None:
    page = read(weeks)
    assert page.title == "3 of 5 rooms online - Stratford Lodge - roomreach"
    assert page.headings[0] == "Stratford Lodge"
    answer = "Residents can get online in 3 of 5 rooms; not known for 2 (1 silent since 2:05pm on 18 November"
    week = (
        "In the last 7 days the Wi-Fi was typically weak in 1 of 3 rooms measured; "
        "the typical download was 9.0 Mbit/s in the slowest room and 62 Mbit/s in the fastest."
    )
    assert page.text.index(answer) < page.text.index(week) < page.text.index("Main house, floor 1")
    assert page.headings[1:] == [
        "Rooms, now and in the last 7 days",
        "The line into the building",
        "When is it bad?",
        "What failed in the last 7 days",
    ]


def test_every_room_says_its_figures_in_words_with_their_number(weeks) -> None:
    text = read(weeks).text
    ten = text[text.index("Room 10") : text.index("Main house, floor 2")]
    assert "Online Signal -78 dBm, weak median of 169 hours" in ten
    assert "Download 9.0 Mbit/s, slow; 11% of the 80 sold median of 23 tests" in ten
    assert "Room 11 Not known no agent stands here Nothing measured in the last 7 days." in text
    assert "Room 12 Not known nothing heard for 4 days Signal -64 dBm, good median of 73 hours" in text
    assert "Room 1 Online An agent here is wired to the router: it measures the line, below." in text
    assert f"/rooms/{NINE}" in read(weeks).addresses


def test_the_line_is_what_it_is_sold_as_beside_what_the_wired_agent_measured(weeks) -> None:
    (row,) = (row for row in read(weeks).rows if row[0] == "Main house")
    assert row[1] == "80 Mbit/s down, 20 Mbit/s up"
    assert row[2] == "76 Mbit/s, 95% of what is sold median of 23 tests"


def test_a_line_nobody_described_and_no_wired_agent_measured_is_not_known(hostel) -> None:
    (row,) = (row for row in read(hostel).rows if row[0] == "Main house")
    assert row[1] == "Not known"
    assert row[2].startswith("Not known: no agent here is wired to the router")


def test_the_bad_hours_are_named_and_shown_by_londons_clocks(weeks) -> None:
    page = read(weeks)
    assert "42 hours of the week are slow." in page.text
    assert "In 4 hours 1 check in 20 or more failed, most on Wednesday," in page.text
    hours = {row[0]: row[1:] for row in page.rows if len(row) == 8}
    assert hours["Hour"] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert all(cell.endswith("slow") for cell in hours["8pm"])
    assert not any("slow" in cell for cell in hours["3am"])
    assert [cell for cell in hours["11am"] if "failed" in cell] == [hours["11am"][2]]
    assert len(hours) == 25


def test_what_failed_is_said_from_when_to_when_and_where(weeks) -> None:
    rows = [row for row in read(weeks).rows if row[0].startswith(("Ways out", "Looking up"))]
    assert rows == [
        [
            f"{what} no answer",
            "18 November 2026, 10:15am",
            "18 November 2026, 1:45pm",
            "3 hours 30 minutes 60 checks",
            "Room 1 , Room 9 , Room 10 , Room 12",
        ]
        for what in ("Ways out (our server)", "Looking up names (in the building)")
    ]
    assert "13 speed tests failed: no answer." in read(weeks).text


def test_what_fails_now_is_still_failing_and_not_over(hostel) -> None:
    hostel.hears("a-bcdfghjk10", measurements=(Link(reason=Reason.NOT_ASSOCIATED),))
    for minutes in range(3):
        hostel.now = hostel.now.replace(minute=6 + minutes)
        hostel.hears("a-bcdfghjk10", measurements=(Link(reason=Reason.NOT_ASSOCIATED),))
    (row,) = (row for row in read(hostel).rows if row[0].startswith("Wi-Fi signal"))
    assert row[0] == "Wi-Fi signal not joined to any Wi-Fi network"
    assert row[2] == "Still failing"


LODGE = SiteId("s-bcdfghjkmn")
QUARTER = timedelta(minutes=15)
JOINED, UNJOINED = Link(signal_dbm=-60), Link(reason=Reason.NOT_ASSOCIATED)
UNHEARD = Latency(target="hub", sent=5, reason=Reason.NO_ANSWER)


def past(
    world,
    room: str,
    told: Iterable[tuple[timedelta, tuple[Measurement, ...]]],
    *,
    interval_s: int = 900,
    role: Role = Role.ROOM,
) -> None:
    """Write what the agent of a room reported so long ago."""
    agent = AgentId(f"a-{room[2:]}")
    where = WHEREABOUTS._replace(site=LODGE, room=RoomId(room), agent=agent, role=role)
    for ago, measurements in told:
        report = a_report(
            agent=agent,
            taken_ms=milliseconds(world.now - ago),
            interval_s=interval_s,
            measurements=measurements,
        )
        world.series.write(points(report, where, "0123456789abcdef"))


@pytest.fixture
def lodge(world):
    """A hostel with agents in rooms 9 and 10, and nothing measured."""
    block = world.site(LODGE, "Stratford Lodge")
    for number in ("m9", "10"):
        world.agent(f"a-bcdfghjk{number}", world.room(block, f"r-bcdfghjk{number}", number.strip("m")))
    return world


def spans(world, address: str = f"/sites/{LODGE}") -> list[list[str]]:
    return [row for row in read(world, address).rows if len(row) >= 4 and " check" in row[3]]


def test_an_outage_before_the_interval_was_changed_is_one_outage(lodge) -> None:
    past(lodge, "r-bcdfghjkm9", [(timedelta(days=2) - n * QUARTER, (UNHEARD,)) for n in range(8)])
    lodge.hears("a-bcdfghjkm9", measurements=(JOINED,), interval_s=5)
    (row,) = spans(lodge)
    assert row[1:4] == ["20 November 2026, 2:05pm", "20 November 2026, 3:50pm", "1 hour 45 minutes 8 checks"]


def test_an_outage_whose_reason_alternates_is_one_outage(lodge) -> None:
    gone = Latency(target="hub", sent=5, reason=Reason.NO_ROUTE)
    minute = timedelta(minutes=1)
    told = [((60 - n) * minute, ((UNHEARD, gone)[n % 2],)) for n in range(60)]
    past(lodge, "r-bcdfghjkm9", told, interval_s=60)
    (row,) = spans(lodge)
    assert row[0] == "Ways out (our server) no answer (30 times); there is no way to it (30 times)"
    assert row[3] == "59 minutes 60 checks"


def test_an_agent_elsewhere_changes_nothing_of_a_site_s_outages(lodge) -> None:
    minute = timedelta(minutes=1)
    for room, begun in (("r-bcdfghjkm9", 300), ("r-bcdfghjk10", 270)):
        past(lodge, room, [((begun - n) * minute, (UNHEARD,)) for n in range(20)], interval_s=60)
    other = lodge.room(lodge.site("s-elsewhere2", "Elsewhere"), "r-elsewhere2", "1")
    lodge.hears(lodge.agent("a-elsewhere2", other), interval_s=3600)
    assert [row[4] for row in spans(lodge)] == ["Room 10", "Room 9"]


def test_another_target_that_fails_does_not_keep_an_outage_going(lodge) -> None:
    anchor = Latency(target="anchor_1", sent=5, reason=Reason.NO_ANSWER)
    told = [(timedelta(seconds=192 - 60 * n), (UNHEARD,)) for n in range(3)]
    past(lodge, "r-bcdfghjkm9", told, interval_s=60)
    well = Latency(target="hub", sent=5, received=5, median_ms=9.0)
    lodge.hears("a-bcdfghjkm9", measurements=(well, anchor))
    (row,) = spans(lodge)
    assert row[2] != "Still failing"


def test_a_dead_room_is_one_the_wi_fi_did_not_reach(lodge) -> None:
    past(lodge, "r-bcdfghjkm9", [(n * QUARTER, (UNJOINED, UNHEARD)) for n in range(672)])
    past(lodge, "r-bcdfghjk10", [(n * QUARTER, (JOINED,)) for n in range(100)])
    page = read(lodge)
    assert "The Wi-Fi did not reach this room: 672 of 672 checks failed." in page.text
    assert "the Wi-Fi did not reach 1 of 2 rooms measured" in page.text
    assert "Nothing measured" not in page.text
    room = read(lodge, "/rooms/r-bcdfghjkm9").text
    assert "No figure in the last 7 days. Failed 672 times: not joined to any Wi-Fi network." in room


def test_a_room_that_is_reached_but_not_always_says_so(lodge) -> None:
    told = [(n * QUARTER, (UNJOINED if n % 10 == 0 else JOINED,)) for n in range(100)]
    past(lodge, "r-bcdfghjkm9", told)
    assert "-60 dBm, strong median of 25 hours; 10 of 100 checks found no Wi-Fi" in read(lodge).text


def test_a_night_in_which_nothing_was_measured_is_a_gap_in_the_small_drawing(lodge) -> None:
    night = range(109, 148)
    told = [(n * QUARTER, (JOINED,)) for n in range(400) if n not in night]
    past(lodge, "r-bcdfghjkm9", told)
    (drawn,) = re.findall(
        r'class="spark.*?<path class="line-0" d="([^"]*)"',
        lodge.client.get(f"/sites/{LODGE}").text,
        re.DOTALL,
    )
    assert drawn.count("M") == 2


def test_rooms_that_always_fail_are_not_hidden_by_a_wired_agent_that_is_well(lodge) -> None:
    block = "b-bcdfghjkmn"
    lodge.agent("a-reference2", lodge.room(block, "r-reference2", "1"), Role.REFERENCE)
    well = Latency(target="hub", sent=5, received=5, median_ms=9.0)
    past(lodge, "r-reference2", [(n * QUARTER, (well,)) for n in range(96)], role=Role.REFERENCE)
    past(lodge, "r-bcdfghjkm9", [(n * QUARTER, (UNHEARD,)) for n in range(96)])
    cells = [cell for row in read(lodge).rows if len(row) == 8 for cell in row[1:]]
    assert {cell for cell in cells if any(map(str.isdigit, cell))} == {"100% failed"}


def test_a_room_that_is_bad_at_every_hour_says_nothing_of_when(lodge) -> None:
    well = Latency(target="hub", sent=5, received=5, median_ms=9.0)
    past(lodge, "r-bcdfghjkm9", [(n * QUARTER, (well,)) for n in range(96)])
    past(lodge, "r-bcdfghjk10", [(n * QUARTER, (UNHEARD,)) for n in range(96)])
    page = read(lodge)
    assert "Left out: 1 room that our server never answered, at any hour." in page.text
    assert {cell for row in page.rows if len(row) == 8 for cell in row[1:] if cell.isdigit()} == {"9"}


def test_a_dead_room_that_reports_every_minute_keeps_its_page_small_and_its_numbers_right(lodge) -> None:
    minute = timedelta(minutes=1)
    past(lodge, "r-bcdfghjkm9", [(n * minute, (UNJOINED,)) for n in range(6000)], interval_s=60)
    for days in (7, 28):
        page = lodge.client.get(f"/rooms/r-bcdfghjkm9?days={days}").text
        assert len(page) < 60_000
        assert "Failed 6000 times: not joined to any Wi-Fi network." in page
        assert "6000 checks" in page
        assert "some times are given to within 15 minutes" in page


def broken(why: Exception, series: str):
    """A store that cannot answer what is asked of one series."""

    def wrap(store):
        answer = store.read

        def read_(question):
            if series in {question.series, "every"}:
                raise why
            return answer(question)

        store.read = read_

    return wrap


@pytest.mark.parametrize("address", [f"/sites/{SITE}", f"/rooms/{TEN}"])
def test_without_the_series_the_page_still_answers_for_now(weeks, address: str) -> None:
    broken(Unavailable("influx did not answer"), "every")(weeks.series)
    page = read(weeks, address)
    assert "Figures cannot be read just now." in page.text
    assert "Residents can get online" in page.text
    assert "influx" not in page.text
    assert not [one for one in page.addresses if "series" in one]


def test_a_part_that_is_too_much_for_one_page_leaves_the_others(weeks) -> None:
    broken(Refused("more than 50000 rows"), "latency")(weeks.series)
    page = read(weeks)
    assert "-78 dBm, weak" in page.text
    assert "More was measured here than one page can show: the files hold it." in page.text
    assert "More failed here than one page can show: the files hold it." in page.text
    assert "More was measured here than one page can show." in read(weeks, f"/rooms/{TEN}").text


def test_other_targets_cost_the_pattern_nothing(weeks) -> None:
    asked = []
    answer = weeks.series.read
    weeks.series.read = lambda question: asked.append(question) or answer(question)
    read(weeks)
    hourly = [one for one in asked if one.series == "latency" and one.window and not one.outcome]
    assert {one.target for one in hourly} == {"hub"}


@pytest.mark.parametrize("address", [f"/sites/{SITE}", f"/rooms/{TEN}"])
def test_when_nobody_is_heard_no_single_room_is_blamed(weeks, address: str) -> None:
    assert "ur own system" not in read(weeks, address).text
    weeks.now += timedelta(hours=3)
    assert (
        "The only site, or our own system Nothing heard from anywhere since 22 November 2026, 2:02pm"
        in read(weeks, address).text
    )


def test_a_site_nothing_is_known_of_says_so_everywhere(world) -> None:
    world.room(world.site("s-bcdfghjkmn", "Stratford Lodge"), "r-bcdfghjkm9", "9")
    page = read(world)
    assert page.title.startswith("Nothing measured yet")
    for said in (
        "No room has an agent yet, so nothing is known.",
        "In the last 7 days neither signal nor speed was measured here.",
        "Not known: nothing asked our server in the last 28 days.",
        "Nothing was checked here.",
    ):
        assert said in page.text
    assert " 0 " not in page.text


def test_a_site_without_rooms_says_so(world) -> None:
    world.site("s-bcdfghjkmn", "Stratford Lodge")
    assert "No room of this site is on record yet." in read(world).text


def test_a_confidential_site_is_shown_by_its_code_only(world) -> None:
    block = world.site(
        "s-refuge2345",
        "Canary House",
        safeguarding=Safeguarding.REFUGE,
        building="Canary Wing",
        provider_name="Canary Trust",
        sold=(80.0, 20.0),
    )
    world.agent("a-refuge2345", world.room(block, "r-refuge2345", "Canary Room", floor=3))
    world.hears("a-refuge2345")
    for address in ("/sites/s-refuge2345", "/rooms/r-refuge2345"):
        page = world.client.get(address).text
        assert "s-refuge2345" in page
        for withheld in ("Canary", "Hackney", "loor 3", "80", "E09000012", "Hostel"):
            assert withheld not in page, withheld


def test_every_file_the_page_offers_holds_its_figures(weeks) -> None:
    offered = [address for address in read(weeks).addresses if address.startswith("/api/v1/series/")]
    assert len(offered) == 10
    for address in offered:
        response = weeks.client.get(address)
        assert response.status_code == 200, address
        rows = list(csv.reader(io.StringIO(response.text)))
        quiet = "/gateway?" in address or ("/link?" in address and "outcome=failed" in address)
        assert (len(rows) == 1) == quiet, address
    signal = next(address for address in offered if "/link?" in address and "every" in address)
    rooms = {row[2] for row in csv.reader(io.StringIO(weeks.client.get(signal).text))}
    assert rooms == {"room", NINE, TEN, TWELVE}


@pytest.mark.parametrize(
    "address", ["/sites/s-elsewhere2", "/sites/nonsense", "/sites/<b>", "/rooms/r-elsewhere2"]
)
def test_a_place_there_is_not_is_not_found_in_plain_words(weeks, address: str) -> None:
    page = read(weeks, address, 404)
    assert page.headings == ["Page not found"]
    assert "Home page" in page.text


def test_home_leads_to_sites_and_rooms_and_they_lead_back(weeks) -> None:
    assert {f"/sites/{SITE}", f"/rooms/{TEN}", f"/rooms/{OFFICE}"} <= set(read(weeks, "/").addresses)
    assert "/" in read(weeks).addresses
    assert {"/", f"/sites/{SITE}"} <= set(read(weeks, f"/rooms/{TEN}").addresses)
