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
from reader import Reader
from roomreach.measurement import Health, Link, NotMeasured, Reason
from roomreach.places import Role, Safeguarding


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


def test_when_nobody_is_heard_the_page_blames_our_own_system_and_knows_nothing(hostel) -> None:
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
    hostel.hears("a-bcdfghjkm9", timedelta(), (NotMeasured(of="link", reason=Reason.NO_RADIO), Health()))
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
    bench = hostel.site("s-trialbench", "This machine", trial=True)
    hostel.agent("a-trialbench", hostel.room(bench, "r-trialbench", "desk"))
    hostel.hears("a-trialbench")
    page = read(hostel)
    assert page.headings[-1] == "This machine"
    assert "Test bench Not a home, outside all totals" in page.text
    assert "1 of 3 rooms" in page.text


def test_a_test_bench_alone_is_named_as_such(world) -> None:
    bench = world.site("s-trialbench", "This machine", trial=True)
    world.agent("a-trialbench", world.room(bench, "r-trialbench", "desk"))
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
        hostel.hears("a-bcdfghjkm9", timedelta(seconds=ago), (weak,))
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
    assert page.rows[5] == ["Stratford Lodge", "4", "0", "1", "3", "2:04pm"]


def test_our_own_silence_blames_no_room(hostel) -> None:
    hostel.now += timedelta(minutes=12)
    page = read(hostel)
    assert "Our own system Nothing heard since 22 November 2026, 2:04pm" in page.text
    assert "Silent box" not in page.text


def test_a_test_bench_in_trouble_is_nobodys_trouble(hostel) -> None:
    bench = hostel.site("s-trialbench", "This machine", trial=True)
    hostel.agent("a-trialbench", hostel.room(bench, "r-trialbench", "desk"))
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
