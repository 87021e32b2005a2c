"""A hostel lives through the demonstration: an open page names what happens, and the annexe has no name."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import planted_demo
from demos import Demo, Opened
from leaking import leaks
from processes import descendants
from roomreach_hub.buildings.hostel import HOSTEL, Script
from servers import wait_until
from surfaces import WITHHELD, Seen, everything_seen, records

PACE = 2.5
SCRIPT = Script().sooner(PACE)
INTERVALS_2_S = 2 * SCRIPT.interval_s
LEEWAY_S = 2.0
"""For the round that was under way, the page's look at the records once a second, and a busy machine."""

WATCH = """
window.named = new Set();
window.namings = {};
window.shown = [];
const words = (row, of) => row.querySelector(of).textContent.trim();
new MutationObserver(() => {
  window.shown.push(document.documentElement.outerHTML);
  const rows = [...document.querySelectorAll("[aria-labelledby=unwell] tbody tr")];
  const before = window.named;
  window.named = new Set(rows.map((row) => `${words(row, "a")}: ${words(row, ".govuk-tag")}`));
  for (const trouble of window.named) {
    if (!before.has(trouble)) (window.namings[trouble] ??= []).push(Date.now() / 1000);
  }
}).observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
"""
"""Notes whatever the page shows, and each time that it begins to name a trouble of a room."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with Opened(tmp_path_factory.mktemp("hostel") / "demo", "--pace", str(PACE)) as program:
        yield program


@pytest.fixture(scope="module")
def page(stay: Callable[..., Page], demo: Opened) -> Page:
    """Opened before any room is heard, and never loaded again."""
    opened = stay(demo.address.page, before=watched)
    opened.evaluate("window.sameAsBefore = true")
    opened.wait_for_timeout(500)  # lets it begin to listen
    return opened


def watched(page: Page) -> None:
    page.add_init_script(WATCH)


def moment_of(at_s: float, demo: Demo) -> float:
    """The moment (seconds since 1970) that is so far into the script, which begins with its orders."""
    return (demo.temporary / "buildings" / "orders.json").stat().st_mtime + at_s


def named(page: Page, trouble: str, since: float, by: float) -> float:
    """When, after a moment, the page began to name a trouble; fails if it did not when that was due."""
    looked = "([trouble, since]) => (window.namings[trouble] ?? []).find((at) => at >= since)"
    while (found := page.evaluate(looked, [trouble, since])) is None:
        assert time.time() < by + LEEWAY_S, f"{trouble!r} is not on the page"
        page.wait_for_timeout(50)
    return float(found)


def standing(demo: Demo, label: str) -> dict[str, Any]:
    """The latest of the room with this on its door."""
    (found,) = [one for one in demo.facts("/api/v1/latest")["latest"] if one["room"] == room(demo, label)]
    return found


def room(demo: Demo, label: str) -> str:
    (found,) = [one["id"] for one in demo.facts("/api/v1/rooms")["rooms"] if one["label"] == label]
    return found


@pytest.mark.usefixtures("page")
def test_six_rooms_are_heard_and_this_machine_is_none_of_them(demo: Opened) -> None:
    demo.wait_heard()
    sites = {site["id"]: site for site in demo.facts("/api/v1/sites")["sites"]}
    rooms = [room for room in demo.facts("/api/v1/rooms")["rooms"] if not sites[room["site"]]["trial"]]
    assert sorted(sites[room["site"]]["confidential"] for room in rooms) == [False] * 5 + [True]
    assert {site["name"] for site in sites.values() if not site["confidential"]} == {HOSTEL, "This machine"}
    latest = {one["room"]: one for one in demo.facts("/api/v1/latest")["latest"]}
    assert {room["id"] for room in rooms} <= latest.keys()


def test_the_weak_room_is_named_within_two_intervals(page: Page, demo: Demo) -> None:
    (track,) = demo.facts(f"/api/v1/series/link?room={room(demo, '31')}")["tracks"]
    first = datetime.fromisoformat(track["rows"][0]["at"]).timestamp()  # weak from its first report on
    due = first + INTERVALS_2_S
    assert named(page, "Room 31: Weak Wi-Fi", first, due) <= due + LEEWAY_S
    found = standing(demo, "31")
    (link,) = [one for one in found["measurements"] if one["kind"] == "link"]
    assert -90 <= link["signal_dbm"] <= -78
    assert link["tx_retries"] / link["tx_packets"] > 0.3
    assert found["online"] == "yes"


def test_the_failed_line_is_named_within_two_intervals(page: Page, demo: Demo) -> None:
    fails = moment_of(SCRIPT.fails_at_s, demo)
    due = fails + INTERVALS_2_S
    assert named(page, "M1: Not online", fails, due) <= due + LEEWAY_S
    found = standing(demo, "M1")
    assert found["heard"]
    assert found["online"] == "no"
    assert "nothing outside the building answers" in found["why"]
    assert found["offline_since"] is not None


def test_the_silent_box_is_named_within_two_intervals(page: Page, demo: Demo) -> None:
    # Nobody is called silent before two intervals without a report have passed: a box whose last report is
    # as young as its silence is called so just then.
    silent = moment_of(SCRIPT.silent_at_s, demo)
    due = silent + INTERVALS_2_S
    at = named(page, "Room 14: Silent box", silent, due)
    found = standing(demo, "14")
    assert datetime.fromisoformat(found["taken"]).timestamp() + INTERVALS_2_S <= at <= due + LEEWAY_S
    assert (found["heard"], found["online"]) == (False, "unknown")
    for label in ("2", "11", "31", "M1"):
        wait_until(lambda label=label: standing(demo, label)["heard"], f"{label} being heard", INTERVALS_2_S)


def test_all_of_it_came_by_itself_from_this_machine_alone_and_without_complaint(page: Page) -> None:
    named_so_far = page.evaluate("Object.keys(window.namings)")
    assert {"M1: Not online", "Room 31: Weak Wi-Fi", "Room 14: Silent box"} <= set(named_so_far)
    assert page.evaluate("window.sameAsBefore"), "without being loaded again"
    assert page.met.console == []
    assert page.met.elsewhere == []


def test_the_annexe_s_names_are_nowhere_but_in_the_records(page: Page, demo: Demo) -> None:
    seen = everything_seen(demo, INTERVALS_2_S) | in_the_browser(page)
    assert caught(seen) == {}
    (annexe,) = [site["id"] for site in demo.facts("/api/v1/sites")["sites"] if site["confidential"]]
    (box,) = [one["agents"][0] for one in demo.facts("/api/v1/rooms")["rooms"] if one["site"] == annexe]
    assert leaks(records(demo), WITHHELD) == list(WITHHELD), "what is looked for is what the records hold"
    by_its_code = {kind for (kind, _), surface in seen.items() if leaks(surface, [annexe, box])}
    assert {"page", "browser", "stream", "answer", "series", "csv", "topic", "file"} <= by_its_code


def test_a_leak_planted_in_the_program_is_caught_on_every_surface(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    program = [sys.executable, planted_demo.__file__]
    with Demo(tmp_path / "planted", "--pace", str(PACE), program=program) as planted:
        page = visit(planted.address.page, before=watched)
        found = caught(everything_seen(planted, INTERVALS_2_S) | in_the_browser(page))
        page.close()
    kinds = {kind for kind, _ in found}
    assert kinds >= {"page", "browser", "stream", "answer", "export", "series", "csv", "topic", "metric"}
    assert {name for kind, name in found if kind == "log"} == {"what it said", "buildings.log"}


def test_a_hostel_that_dies_is_started_again_and_the_silent_box_stays_silent(demo: Demo) -> None:
    wait_until(lambda: not standing(demo, "14")["heard"], "the silence")
    os.kill(hostel(demo), signal.SIGKILL)
    wait_until(lambda: "The buildings' process runs again." in demo.said(), "the buildings' new start")
    killed = demo.facts("/api/v1/latest")["as_of"]
    wait_until(lambda: standing(demo, "11")["taken"] > killed, "a room heard again")
    wait_until(lambda: standing(demo, "31")["taken"] > killed, "another room heard again")
    assert not standing(demo, "14")["heard"]


def test_the_whole_hostel_fits_into_80_mb(demo: Demo) -> None:
    status = Path(f"/proc/{hostel(demo)}/status").read_text()
    assert int(status.split("VmRSS:")[1].split()[0]) * 1024 < 80_000_000


def in_the_browser(page: Page) -> Seen:
    """Whatever a page has shown since it was opened, however briefly."""
    page.wait_for_timeout(100)
    return {("browser", "the page"): "\n".join([*page.evaluate("window.shown"), page.content()])}


def caught(seen: Seen) -> dict[tuple[str, str], list[str]]:
    return {where: found for where, surface in seen.items() if (found := leaks(surface, WITHHELD))}


def hostel(demo: Demo) -> int:
    """The process that runs the hostel, not its leash."""
    (pid,) = [
        pid
        for pid in descendants(demo.pid)
        if b"roomreach_hub.buildings" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:5]
    ]
    return pid
