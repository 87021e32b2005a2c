"""The home page, in every state it can be in."""

import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import roomreach_api
from examples import MEASUREMENTS
from reader import Reader
from roomreach.identifiers import RoomId
from roomreach.measurement import Health, Link, NotMeasured, Reason
from roomreach.places import Role, Safeguarding
from worlds import OFFLINE, World

BLIND = (NotMeasured(of="link", reason=Reason.NO_RADIO), Health())


def read(world) -> Reader:
    return Reader(world.page())


def row_of(world, room: str) -> list[str]:
    return rows_of(world, room)[0]


def rows_of(world, room: str) -> list[list[str]]:
    """The rows of a room in the table of its site: those of what is not well have four cells."""
    return [row for row in read(world).rows if row[0].startswith(room) and len(row) != 4]


def test_before_anything_is_recorded_the_page_says_what_to_do_next(world) -> None:
    page = read(world)
    assert page.headings == ["Can residents get online?", "What to do next"]
    assert "No room has an agent yet, so nothing is known." in page.text
    assert page.text.index("roomreach sites add") < page.text.index("roomreach agents add")


def test_with_rooms_but_no_agent_the_next_step_is_an_agent(world) -> None:
    world.room(world.site("s-bcdfghjkmn", "Stratford Lodge"), "r-bcdfghjkm9", "9")
    page = read(world)
    assert "roomreach sites add" not in page.text
    assert "roomreach agents add" in page.text
    assert row_of(world, "Room 9")[1] == "Not known no agent stands here"


def test_the_page_opens_with_the_answer_and_says_of_when_it_is(hostel) -> None:
    page = read(hostel)
    assert page.headings[0] == "Can residents get online?"
    assert (
        "Residents can get online in 1 of 3 rooms; not in 1; not known for 1 (1 without an agent)."
        in page.text
    )
    assert ("2026-11-22T14:05:00+00:00", "22 November 2026, 2:05pm") in page.times
    assert "What to do next" not in page.headings


def test_a_room_says_what_was_measured_and_how_long_ago(hostel) -> None:
    page = read(hostel)
    assert page.rows[4] == [
        "Room",
        "Can residents get online?",
        "Last measured",
        "Wi-Fi signal",
        "Router",
        "Ways out",
        "Looking up names",
    ]
    assert row_of(hostel, "Room 9") == [
        "Room 9 Main house, floor 1 a-bcdfghjkm9, on the Wi-Fi",
        "Yes everything asked answered",
        "12 seconds ago 22 November 2026, 2:04pm",
        "\N{MINUS SIGN}60 dBm",
        "2.4 ms",
        "our server: 11 ms, 4 of 5 answered first anchor: not measured: the agent was not permitted to ask",
        "in the building: 14 ms",
    ]
    assert ("2026-11-22T14:04:48+00:00", "12 seconds ago") in page.times


def test_a_room_offline_says_why_and_since_when(hostel) -> None:
    row = row_of(hostel, "Room 10")
    assert row[1] == (
        "No nothing outside the building answers and names cannot be looked up "
        "Offline since 22 November 2026, 1:34pm"
    )
    assert row[5] == "our server: failed: no answer"
    assert row[3] == "not asked"


def another_site(world: World) -> None:
    """One room of another site, heard 30 seconds ago."""
    world.agent("a-annexe2345", world.room(world.site("s-annexe2345", "Annexe"), "r-annexe2345", "1"))
    world.hears("a-annexe2345", timedelta(seconds=30))


def bench(world: World) -> None:
    """A test bench, recorded and not yet heard."""
    block = world.site("s-trialbench", "This machine", trial=True)
    world.agent("a-trialbench", world.room(block, "r-trialbench", "desk"))


def cupboard(world: World) -> None:
    """Where the router of the hostel stands, with an agent wired to it that was just heard."""
    world.agent("a-cupboard23", world.room("b-bcdfghjkmn", "r-cupboard23", "Comms", homes=0), Role.REFERENCE)
    world.hears("a-cupboard23")


def test_when_nobody_is_heard_the_page_blames_our_own_system_and_knows_nothing(hostel) -> None:
    another_site(hostel)
    hostel.now += timedelta(minutes=12)
    page = read(hostel)
    assert "Nothing heard from any room since 2:04pm: our collector or broker is probably silent" in page.text
    assert row_of(hostel, "Room 9")[1] == "Not known nothing heard for 12 minutes When last heard: yes"
    assert row_of(hostel, "Room 10")[1] == (
        "Not known nothing heard for 12 minutes When last heard: no "
        "Then offline since 22 November 2026, 1:34pm"
    )
    assert not [row for row in page.rows[1:] if row[1].startswith(("Yes", "No "))]


def test_ages_grow_and_the_sentence_changes_while_nothing_comes_in(hostel) -> None:
    first = read(hostel)
    hostel.now += timedelta(seconds=30)
    assert row_of(hostel, "Room 9")[2].startswith("42 seconds ago")
    hostel.now += timedelta(minutes=5)
    assert read(hostel).words[:9] != first.words[:9]


def test_one_silent_agent_among_others_is_not_known_and_the_others_speak(hostel) -> None:
    hostel.now += timedelta(minutes=5)
    hostel.hears("a-bcdfghjkm9")
    page = read(hostel)
    assert "not known for 2 (1 silent since 2:04pm, 1 without an agent)" in page.text
    row = row_of(hostel, "Room 10")
    assert row[1].startswith("Not known nothing heard for 5 minutes")


def test_an_agent_that_never_reported_has_measured_nothing(hostel) -> None:
    hostel.agent("a-neverheard2", "r-bcdfghjk11")
    row = row_of(hostel, "Room 11")
    assert row[0] == "Room 11 Main house, ground floor a-neverheard2, on the Wi-Fi"
    assert row[1:] == ["Not known nothing heard from here yet", "Never"]


def test_an_agent_just_moved_here_has_said_nothing_of_this_room_yet(hostel) -> None:
    hostel.agent("a-bcdfghjkm9", "r-bcdfghjk11", since=hostel.now - timedelta(seconds=1))
    assert row_of(hostel, "Room 11")[1] == "Not known nothing heard from here yet"
    assert row_of(hostel, "Room 9")[1] == "Not known no agent stands here"


def test_several_agents_in_one_room_each_have_a_row_and_the_worst_speaks_for_it(hostel) -> None:
    hostel.agent("a-reference2", "r-bcdfghjk10", role=Role.REFERENCE)
    hostel.hears("a-reference2")
    rows = rows_of(hostel, "Room 10")
    assert [row[1].split()[0] for row in rows] == ["No", "Yes"]
    assert "wired to the router" in rows[1][0]
    assert "Residents can get online in 1 of 3 rooms; not in 1" in read(hostel).text


def test_an_agent_that_could_not_ask_is_told_from_a_room_offline(hostel) -> None:
    hostel.now += timedelta(minutes=1)
    hostel.hears("a-bcdfghjkm9", timedelta(), BLIND)
    row = row_of(hostel, "Room 9")
    assert row[1] == "Not known the agent could not ask"
    assert row[3] == "not measured: no radio in this machine"


def test_an_agent_heard_from_nowhere_is_said_with_what_to_do(hostel) -> None:
    hostel.hears("a-stranger22")
    hostel.hears("a-stranger22", timedelta(seconds=5))
    page = read(hostel)
    assert page.headings[2] == "1 agent reports from a place nobody has recorded"
    assert "2 reports kept until somebody says which room it stands in" in page.text
    assert "5 seconds ago" in page.text


def test_a_test_bench_is_marked_and_outside_all_totals(hostel) -> None:
    bench(hostel)
    hostel.hears("a-trialbench")
    page = read(hostel)
    assert page.headings[-1] == "This machine"
    assert "Test bench Not a home, outside all totals" in page.text
    assert "1 of 3 rooms" in page.text


def test_a_test_bench_alone_is_named_as_such(world) -> None:
    bench(world)
    world.hears("a-trialbench")
    assert "The only test agent can get online." in read(world).text


def test_a_confidential_site_is_shown_by_its_code_only(world) -> None:
    block = world.site("s-refuge2345", "Canary House", safeguarding=Safeguarding.REFUGE)
    world.agent("a-refuge2345", world.room(block, "r-refuge2345", "Canary Room"))
    world.hears("a-refuge2345")
    page = read(world)
    assert page.headings[1:] == ["Not well now", "Sites", "Confidential site s-refuge2345"]
    assert "Shown by its code only." in page.text
    assert row_of(world, "r-refuge2345")[0] == "r-refuge2345 a-refuge2345, on the Wi-Fi"
    assert "Canary" not in page.text
    assert "Hackney" not in page.text


def test_names_are_escaped(world) -> None:
    block = world.site("s-bcdfghjkmn", "<script>alert('Lodge')</script>", provider_name="A & B")
    world.room(block, "r-bcdfghjkm9", '"><b>9')
    html = world.page()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "A &amp; B" in html


@pytest.mark.parametrize("state", ["world", "hostel"])
def test_the_page_asks_nobody_else_and_holds_no_inline_script_or_style(request, state: str) -> None:
    world = request.getfixturevalue(state)
    page = read(world)
    assert [address for address in page.addresses if not re.match(r"/|#", address)] == []
    assert not {name for name in page.attributes if name == "style" or name.startswith("on")}
    html = world.page()
    assert html.count("<script") == html.count('<script type="module" src="/static/live.js"></script>') == 1
    assert "<style" not in html
    for address in page.addresses:
        if address.startswith("/"):
            assert world.client.get(address).status_code == 200, address


def test_the_whole_of_what_a_first_view_needs_is_light(hostel) -> None:
    assets = ("/static/built/console.css", "/static/live.js")
    weight = len(hostel.page()) + sum(len(hostel.client.get(asset).content) for asset in assets)
    assert weight < 60_000


def test_what_is_not_well_comes_with_since_when_and_how_many_homes(hostel) -> None:
    for ago, dbm in ((120, -70), (65, -76), (5, -76)):
        weak = Link(signal_dbm=-60, signal_average_dbm=dbm)
        hostel.hears("a-bcdfghjkm9", timedelta(seconds=ago), (weak, *MEASUREMENTS[1:]))
    hostel.agent("a-silent2345", hostel.room("b-bcdfghjkmn", "r-silent2345", "12"))
    hostel.hears("a-silent2345", timedelta(minutes=42))
    page = read(hostel)
    assert page.headings[1] == "Not well now"
    assert page.rows[1:4] == [
        [
            "Room 10 Stratford Lodge",
            "Not online nothing outside the building answers and names cannot be looked up",
            "1:34pm",
            "1",
        ],
        [
            "Room 9 Stratford Lodge",
            "Weak Wi-Fi signal \N{MINUS SIGN}76 dBm",
            "2:04pm",
            "1",
        ],
        [
            "Room 12 Stratford Lodge",
            "Silent box nothing heard for 42 minutes from the box a-silent2345",
            "1:23pm",
            "1",
        ],
    ]
    assert page.rows[5] == ["Stratford Lodge", "4", "1", "1", "2", "2:04pm"]


def test_our_own_silence_blames_no_room(hostel) -> None:
    another_site(hostel)
    hostel.now += timedelta(minutes=12)
    page = read(hostel)
    assert page.title.startswith("Nothing heard since 2:04pm")
    assert "Our own system Nothing heard from anywhere since 22 November 2026, 2:04pm" in page.text
    assert "Silent box" not in page.text


def test_the_silence_of_the_only_site_may_be_its_own_or_ours(hostel) -> None:
    hostel.now += timedelta(minutes=12)
    page = read(hostel)
    assert (
        "Nothing heard from any room since 2:04pm: either the only site has no power or no line, "
        "or our collector or broker is silent" in page.text
    )
    assert "The only site, or our own system Nothing heard from anywhere since" in page.text
    assert "Silent box" not in page.text


def test_where_a_test_bench_is_heard_our_own_system_is_not_blamed(hostel) -> None:
    bench(hostel)
    hostel.now += timedelta(minutes=12)
    hostel.hears("a-trialbench")
    page = read(hostel)
    assert "probably power or line, as other agents are heard" in page.text
    assert "ur own system" not in page.text
    assert page.title.startswith("2 not well now")
    assert [row[1].split(" nothing")[0] for row in page.rows[1:3]] == ["Silent box", "Silent box"]


def test_the_page_of_a_site_in_a_power_cut_blames_nobody_else(hostel) -> None:
    another_site(hostel)
    hostel.now += timedelta(minutes=12)
    hostel.hears("a-annexe2345")
    page = Reader(hostel.client.get("/sites/s-bcdfghjkmn").text)
    assert (
        "Nothing heard from any room since 2:04pm: probably power or line, as other agents are heard"
        in page.text
    )


def test_the_page_of_a_site_counts_the_rooms_that_somebody_lives_in(hostel) -> None:
    cupboard(hostel)
    page = Reader(hostel.client.get("/sites/s-bcdfghjkmn").text)
    assert "Residents can get online in 1 of 3 rooms; not in 1" in page.text
    assert page.title.startswith("1 of 3 rooms online")


def test_where_the_router_s_agent_is_heard_the_rooms_silence_is_the_wi_fi_s(hostel) -> None:
    hostel.now += timedelta(minutes=12)
    cupboard(hostel)
    assert "probably the Wi-Fi, as other agents there are heard" in read(hostel).text


def test_a_room_nobody_lives_in_is_outside_all_totals_listed_and_its_trouble_named(hostel) -> None:
    cupboard(hostel)
    hostel.room("b-bcdfghjkmn", "r-reception2", "Reception", homes=0)
    hostel.hears("a-cupboard23", timedelta(), OFFLINE)
    page = read(hostel)
    assert "Residents can get online in 1 of 3 rooms; not in 1; not known for 1" in page.text
    assert "2 of 2 rooms heard" in page.text
    assert page.rows[2][:2] == [
        "Comms Stratford Lodge",
        "Not online nothing outside the building answers and names cannot be looked up",
    ]
    assert page.rows[2][3] == "0"
    assert page.rows[4][:5] == ["Stratford Lodge", "3", "1", "1", "1"]
    assert "nobody lives here: outside all totals" in row_of(hostel, "Comms")[0]
    assert "nobody lives here: outside all totals" in row_of(hostel, "Reception")[0]


def test_that_nobody_lives_in_a_room_of_a_confidential_site_is_no_secret(world) -> None:
    block = world.site("s-refuge2345", "Canary House", safeguarding=Safeguarding.REFUGE)
    world.agent("a-refuge2345", world.room(block, "r-refuge2345", "Canary Room"))
    world.agent("a-cupboard23", world.room(block, "r-cupboard23", "Canary Comms", homes=0))
    world.hears("a-refuge2345")
    world.hears("a-cupboard23")
    page = read(world)
    assert "Residents can get online in the only room." in page.text
    assert "Canary" not in page.text


def test_where_only_rooms_that_nobody_lives_in_have_agents_nothing_is_known_of_residents(world) -> None:
    world.site("s-bcdfghjkmn", "Stratford Lodge")
    cupboard(world)
    page = read(world)
    assert "No room that residents live in has an agent yet" in page.text
    assert page.title.startswith("Nothing measured yet")


def test_of_two_silent_agents_the_one_heard_last_dates_the_room(hostel) -> None:
    hostel.agent("a-second2345", RoomId("r-bcdfghjkm9"))
    hostel.hears("a-second2345", timedelta(hours=3), OFFLINE)
    hostel.now += timedelta(minutes=5)
    hostel.hears("a-bcdfghjk10")
    assert "1 silent since 2:04pm" in read(hostel).text


def test_a_box_that_is_heard_and_cannot_tell_is_named_with_its_reason(hostel) -> None:
    hostel.hears("a-bcdfghjkm9", timedelta(), BLIND)
    page = read(hostel)
    assert page.rows[2] == [
        "Room 9 Stratford Lodge",
        "Box cannot tell the agent could not ask (box a-bcdfghjkm9)",
        "Not known; as last measured",
        "1",
    ]
    hostel.hears("a-bcdfghjk10", timedelta())
    assert "Not well now" in read(hostel).headings


def test_where_nothing_is_known_to_be_wrong_how_many_rooms_are_not_known_is_said(hostel) -> None:
    hostel.hears("a-bcdfghjk10", timedelta())
    page = read(hostel)
    assert page.title.startswith("Nothing known to be wrong")
    assert "Not well now Nothing known to be wrong; 1 room not known." in page.text


def test_a_bench_that_is_heard_makes_nothing_well_where_rooms_were_never_heard(world) -> None:
    bench(world)
    world.hears("a-trialbench")
    assert read(world).title.startswith("Nothing known to be wrong")
    block = world.site("s-bcdfghjkmn", "Stratford Lodge")
    page = read(world)
    assert page.title.startswith("Nothing known to be wrong"), "a site without rooms is none that is well"
    assert "every room is heard" not in page.text
    world.agent("a-bcdfghjkm9", world.room(block, "r-bcdfghjkm9", "9"))
    page = read(world)
    assert page.title.startswith("Nothing heard yet")
    assert "Nothing has been heard yet from 1 room." in page.text
    assert "Nothing known to be wrong; 1 room not known." in page.text


def test_the_trouble_of_a_test_bench_is_named_where_it_is_alone(world) -> None:
    bench(world)
    world.hears("a-trialbench", timedelta(), OFFLINE)
    page = read(world)
    assert page.title.startswith("1 not well now")
    assert page.rows[1][0] == "desk This machine"
    assert page.rows[1][3] == "0"


def test_with_very_many_rooms_the_page_lists_those_not_well_and_leads_to_the_sites(
    hostel, monkeypatch
) -> None:
    monkeypatch.setattr("roomreach_api.console.home.LISTED", 2)
    page = read(hostel)
    assert page.headings == ["Can residents get online?", "Not well now", "Sites"]
    assert "too many rooms to list them all on this page" in page.text
    assert [row[0] for row in page.rows] == ["Room", "Room 10 Stratford Lodge", "Site", "Stratford Lodge"]
    assert "/rooms/r-bcdfghjk10" in page.addresses
    assert "/sites/s-bcdfghjkmn" in page.addresses


def test_a_test_bench_in_trouble_is_nobodys_trouble(hostel) -> None:
    bench(hostel)
    assert "a-trialbench" not in " ".join(" ".join(row) for row in read(hostel).rows if len(row) == 4)


_PLAIN = """
import sys
from pathlib import Path
import roomreach_api
from roomreach_store.records import Records
from roomreach_store.series.memory import MemorySeries
from worlds import World
assert not (Path(roomreach_api.__file__).parent / "console/static/built").exists()
world = World(records=Records.open("sqlite:///" + sys.argv[1]), series=MemorySeries())
world.hostel()
sys.stdout.write(world.page())
assert "Page not found" in world.client.get("/absent").text
world.close()
"""


def test_without_its_style_sheet_a_page_is_complete_and_says_why_it_is_plain(tmp_path: Path) -> None:
    package = Path(roomreach_api.__file__).parent
    unbuilt = shutil.ignore_patterns("built", "__pycache__")
    shutil.copytree(package, tmp_path / "roomreach_api", ignore=unbuilt)
    served = subprocess.run(
        [sys.executable, "-c", _PLAIN, tmp_path / "records.db"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[1]}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert served.returncode == 0, served.stderr
    assert "style sheet was not built: pages are plain until" in served.stderr
    page = Reader(served.stdout)
    assert page.headings == ["Can residents get online?", "Not well now", "Sites", "Stratford Lodge"]
    assert "Residents can get online in 1 of 3 rooms" in page.text
    assert len(page.rows) == 8
    assert "style sheet was not built: run make setup" in page.text
    assert "stylesheet" not in served.stdout
