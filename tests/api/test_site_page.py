"""A site's page: what it says of a site that is well, failing, silent, confidential, or not measured yet."""

import csv
import io

import pytest

from reader import Reader, plain
from roomreach.measurement import Link, Reason
from roomreach.places import Safeguarding
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


def test_a_site_nothing_is_known_of_says_so_everywhere(world) -> None:
    world.room(world.site("s-bcdfghjkmn", "Stratford Lodge"), "r-bcdfghjkm9", "9")
    page = read(world)
    assert page.title.startswith("Nothing measured yet")
    for said in (
        "No room has an agent yet, so nothing is known.",
        "In the last 7 days neither signal nor speed was measured here.",
        "Not known: nothing asked our server in the last 28 days.",
        "No check failed twice in a row.",
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
    assert len(offered) == 7
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
