"""Every state of the console, at the widths of a small phone and of a desk: complete, accessible, alone."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from examples import MEASUREMENTS
from roomreach.measurement import Link, Measurement
from roomreach.places import Safeguarding
from worlds import OFFLINE, World, spoil

WIDTHS = (320, 1280)
MINUTE = timedelta(minutes=1)
GOOD_LINK = Link(signal_dbm=-58, signal_average_dbm=-57)


def nothing_yet(_world: World) -> None:
    """Not even a site."""


def hostel(world: World) -> None:
    block = world.site("s-bcdfghjkmn", "Stratford Lodge")
    for number in range(1, 7):
        room = world.room(block, f"r-bcdfghjkm{number + 1}", str(number), floor=(number - 1) // 3)
        world.agent(f"a-bcdfghjkm{number + 1}", room)


def hears(
    world: World, number: int, *, ago: timedelta = timedelta(seconds=20), worse: Measurement = GOOD_LINK
):
    world.hears(f"a-bcdfghjkm{number + 1}", ago, (worse, *MEASUREMENTS[1:]))


def all_well(world: World) -> None:
    hostel(world)
    for number in range(1, 7):
        hears(world, number)


def trouble(world: World) -> None:
    """One room offline, one weak, one box silent, the others well."""
    hostel(world)
    for number in (1, 2, 6):
        hears(world, number)
    world.hears("a-bcdfghjkm4", 31 * MINUTE, OFFLINE)
    world.hears("a-bcdfghjkm4", timedelta(seconds=20), OFFLINE)
    hears(world, 4, worse=Link(signal_dbm=-81, signal_average_dbm=-80))
    hears(world, 5, ago=42 * MINUTE)


def confidential(world: World) -> None:
    """Beside the hostel a refuge, in trouble; and an agent nobody recorded."""
    trouble(world)
    block = world.site(
        "s-refuge2345", "Canary House", safeguarding=Safeguarding.REFUGE, building="Canary Wing"
    )
    world.agent("a-refuge2345", world.room(block, "r-refuge2345", "Canary Room"))
    world.hears("a-refuge2345", timedelta(seconds=20), OFFLINE)
    world.hears("a-stranger22")
    bench = world.site("s-trialbench", "This machine", trial=True)
    world.agent("a-trialbench", world.room(bench, "r-trialbench", "desk"))
    world.hears("a-trialbench")


def collector_silent(world: World) -> None:
    trouble(world)
    world.now += 12 * MINUTE


def records_unavailable(world: World) -> None:
    """Something that is no database lies where the records were."""
    trouble(world)
    spoil(world.records)


STATES: dict[str, tuple[Callable[[World], None], str, str, str]] = {
    "nothing yet": (nothing_yet, "/", "Nothing measured yet", "No room has an agent yet"),
    "no report yet": (hostel, "/", "Nothing heard yet", "Nothing has been heard yet from 6 rooms."),
    "all well": (all_well, "/", "All well", "Residents can get online in all 6 rooms."),
    "trouble": (
        trouble,
        "/",
        "3 not well now",
        "Residents can get online in 4 of 6 rooms; not in 1; not known for 1 (1 silent since 1:23pm).",
    ),
    "confidential": (confidential, "/", "4 not well now", "Confidential site s-refuge2345"),
    "collector silent": (
        collector_silent,
        "/",
        "Nothing heard since 2:04pm",
        "Nothing heard from any room since 2:04pm: our collector or broker is probably silent",
    ),
    "not found": (trouble, "/absent", "Page not found", "There is nothing at /absent."),
    "unavailable": (
        records_unavailable,
        "/",
        "Sorry, roomreach cannot read its records just now",
        "Nothing is lost: agents keep what they measured until it is stored.",
    ),
}


@pytest.fixture(params=STATES)
def state(request, site):
    prepare, path, title, words = STATES[request.param]
    prepare(site.world)
    return site, path, title, words


def test_a_state_is_complete_accessible_and_alone_at_every_width(
    state, visit, faults, tmp_path: Path
) -> None:
    site, path, title, words = state
    page = visit(site.address + path, failing=title.startswith(("Sorry", "Page not")))
    if page.locator("#pause").is_visible():
        page.click("#pause")  # nothing is to change under the eyes of whoever checks
    assert page.title().startswith(title)
    assert page.title().endswith("roomreach")
    assert words in " ".join(page.locator("main").inner_text().split())
    assert "Canary" not in page.content()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert faults(page) == []
        page.screenshot(path=tmp_path / f"{width}.png", full_page=True)


def test_what_axe_is_asked_for_is_found(site, visit, faults) -> None:
    page = visit(site.address)
    page.click("#pause")
    page.evaluate("document.querySelector('h1').outerHTML = '<img src=/static/icon.svg><h4></h4>'")
    found = faults(page)
    assert any("image-alt" in fault for fault in found)
    assert any("empty-heading" in fault for fault in found)
