"""A site's page and a room's page in a browser: accessible at every width, drawn, whole without script."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from roomreach.errors import Unavailable
from roomreach.identifiers import RoomId
from roomreach.measurement import Link, Reason
from roomreach.places import Safeguarding
from roomreach_store.series import Question, Track
from two_weeks import ELEVEN, OFFICE, SITE, TEN, two_weeks
from worlds import OFFLINE, World

WIDTHS = (320, 1280)
DEAD = RoomId("r-deadroom22")


def weeks(world: World) -> None:
    two_weeks(world)


def nothing_yet(world: World) -> None:
    world.room(world.site(SITE, "Stratford Lodge"), "r-bcdfghjkm9", "9")


def confidential(world: World) -> None:
    block = world.site("s-refuge2345", "Canary House", safeguarding=Safeguarding.REFUGE)
    world.agent("a-refuge2345", world.room(block, "r-refuge2345", "Canary Room"))
    world.hears("a-refuge2345")


def collector_silent(world: World) -> None:
    two_weeks(world)
    world.now += timedelta(hours=3)


def series_unavailable(world: World) -> None:
    two_weeks(world)

    def read(_question: Question) -> list[Track]:
        raise Unavailable("the database did not answer within 5 s")

    world.series.read = read


def records_unavailable(world: World) -> None:
    two_weeks(world)
    world.spoil_records()


def dead_room(world: World) -> None:
    world.agent("a-deadroom22", world.room(world.site(SITE, "Stratford Lodge"), DEAD, "9"))
    for quarters in reversed(range(20)):
        unjoined = (Link(reason=Reason.NOT_ASSOCIATED), *OFFLINE)
        world.hears("a-deadroom22", quarters * timedelta(minutes=15), unjoined, interval_s=900)


STATES: dict[str, tuple[Callable[[World], None], str, str]] = {
    "site": (weeks, f"/sites/{SITE}", "3 of 5 rooms online"),
    "room, a week": (weeks, f"/rooms/{TEN}", "Online"),
    "room, four weeks": (weeks, f"/rooms/{TEN}?days=28", "Online"),
    "room, a day": (weeks, f"/rooms/{TEN}?days=1", "Online"),
    "office": (weeks, f"/rooms/{OFFICE}", "Online"),
    "room without an agent": (weeks, f"/rooms/{ELEVEN}", "Not known"),
    "site, nothing yet": (nothing_yet, f"/sites/{SITE}", "Nothing measured yet"),
    "confidential site": (confidential, "/sites/s-refuge2345", "Online"),
    "confidential room": (confidential, "/rooms/r-refuge2345", "Online"),
    "site, collector silent": (collector_silent, f"/sites/{SITE}", "Nothing heard now"),
    "room, collector silent": (collector_silent, f"/rooms/{TEN}", "Not known"),
    "site, series unavailable": (series_unavailable, f"/sites/{SITE}", "3 of 5 rooms online"),
    "room, series unavailable": (series_unavailable, f"/rooms/{TEN}", "Online"),
    "site, records unavailable": (records_unavailable, f"/sites/{SITE}", "Sorry, roomreach cannot read"),
    "room, records unavailable": (records_unavailable, f"/rooms/{TEN}", "Sorry, roomreach cannot read"),
    "site, dead room": (dead_room, f"/sites/{SITE}", "Not online"),
    "room, dead": (dead_room, f"/rooms/{DEAD}", "Not online"),
    "no such room": (nothing_yet, "/rooms/r-elsewhere2", "Page not found"),
}


@pytest.fixture(params=STATES)
def state(request, site):
    prepare, path, title = STATES[request.param]
    prepare(site.world)
    return site.address + path, title


def drawn(page: Page) -> list[bool]:
    """Whether there is ink on each chart."""
    return page.evaluate(
        """() => [...document.querySelectorAll("[data-chart] canvas")].map((canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return data.some((byte) => byte);
        })"""
    )


def test_a_page_is_accessible_and_alone_at_every_width(state, visit, faults, tmp_path: Path) -> None:
    address, title = state
    page = visit(address, failing=title.startswith(("Page not", "Sorry")))
    assert page.title().startswith(title)
    assert "Canary" not in page.content()
    for summary in page.locator("summary").all():
        summary.click()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert faults(page) == []
        page.screenshot(path=tmp_path / f"{width}.png", full_page=True)


@pytest.fixture
def lodge(site):
    two_weeks(site.world)
    return site


def test_every_chart_is_drawn_hidden_from_readers_and_follows_the_width(lodge, visit) -> None:
    page = visit(f"{lodge.address}/rooms/{TEN}")
    expect(page.locator("[data-chart] canvas")).to_have_count(4)
    assert drawn(page) == [True] * 4
    assert page.locator("[data-chart] [aria-hidden=true] canvas").count() == 4
    assert page.locator(".still:visible").count() == 0
    page.set_viewport_size({"width": 320, "height": 800})
    expect(page.locator("[data-chart] canvas").first).to_have_js_property("clientWidth", 290)
    axis = page.evaluate("document.querySelector('.chart .u-legend').textContent")
    assert "When" in axis


def test_what_the_pointer_rests_on_is_said_in_british_time(lodge, visit) -> None:
    page = visit(f"{lodge.address}/rooms/{TEN}")
    over = page.locator(".u-over").first
    over.hover(position={"x": 200, "y": 40})
    expect(page.locator(".u-legend").first).to_contain_text("November 2026 at")
    expect(page.locator(".u-legend").first).to_contain_text("dBm")


def test_both_pages_are_whole_without_script(lodge, visit) -> None:
    page = visit(f"{lodge.address}/rooms/{TEN}", java_script_enabled=False)
    assert page.locator(".headline").inner_text().startswith("Residents can get online in this room")
    assert page.locator("svg.plain").count() == 4
    assert all(drawing.is_visible() for drawing in page.locator("svg.plain").all())
    page.locator("summary").first.click()
    assert page.locator("table.twin").first.is_visible()
    page.get_by_role("link", name="Last 28 days").click()
    assert page.url.endswith("?days=28")
    page.get_by_role("link", name="Stratford Lodge").click()
    assert page.locator("table.heat td").count() == 7 * 24
    assert page.locator("svg.spark").count() == 3


def test_without_the_chart_script_the_drawings_stay(lodge, visit) -> None:
    page = visit(lodge.address)
    page.route("**/uPlot*", lambda route: route.fulfill(body=""))
    page.goto(f"{lodge.address}/rooms/{TEN}")
    assert page.locator("svg.plain:visible").count() == 4
    assert page.locator("canvas").count() == 0


def test_the_keyboard_reaches_everything_in_reading_order_and_shows_where_it_is(lodge, visit) -> None:
    page = visit(f"{lodge.address}/rooms/{TEN}")
    met = []
    for _ in range(9):
        page.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement)"
        assert page.evaluate(f"{style}.boxShadow !== 'none' || {style}.outlineStyle !== 'none'")
        met.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert met == [
        "Skip to main content",
        "roomreach",
        "Home",
        "Stratford Lodge",
        "Last 24 hours",
        "Last 7 days",
        "Last 28 days",
        "As a table",
        "Wi-Fi signal (CSV)",
    ]
    assert page.locator("[aria-current=page]").inner_text() == "Last 7 days"


def test_a_file_of_figures_is_handed_over(lodge, visit) -> None:
    page = visit(f"{lodge.address}/sites/{SITE}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Speed, test by test (CSV)").first.click()
    assert download.value.suggested_filename == "roomreach-throughput.csv"


def test_pages_can_be_read_in_forced_colours_and_on_paper(lodge, visit) -> None:
    page = visit(f"{lodge.address}/sites/{SITE}", forced_colors="active", reduced_motion="reduce")
    assert "slow" in page.locator("table.heat").inner_text()
    page.emulate_media(media="print")
    assert page.locator(".headline").is_visible()
