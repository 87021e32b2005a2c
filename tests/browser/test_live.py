"""An open page stays true by itself, can be paused, and is complete without any script."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from roomreach.identifiers import RoomId
from worlds import OFFLINE


@pytest.fixture
def hostel(site):
    site.world.hostel()
    return site


def wait_for(page: Page, true, what: str) -> None:
    """Wait while the browser goes on; a plain sleep would hold up its requests at the gate."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen"
        page.wait_for_timeout(20)


WATCH = """
words => new MutationObserver((_, watching) => {
  if (!document.querySelector("main").textContent.includes(words)) return;
  window.shownAt = Date.now() / 1000;
  watching.disconnect();
}).observe(document, { childList: true, subtree: true, characterData: true })
"""


def shown_at(page: Page) -> float:
    """When the page came to show the words it was watched for, by its own clock, which is ours."""
    wait_for(page, lambda: page.evaluate("'shownAt' in window"), "the words being shown")
    return page.evaluate("window.shownAt")


def wait_until_listening(page: Page, site) -> None:
    wait_for(page, lambda: site.listeners == 1, "the page listening")


def drawn_anew(page: Page, part: str, change: Callable[[], object]) -> None:
    """Change what a part of the page says, and wait until it was replaced."""
    page.evaluate("part => { document.querySelector(part).firstElementChild.dataset.old = 'yes' }", part)
    change()
    expect(page.locator(f"{part} > [data-old]")).to_have_count(0, timeout=8000)


def test_a_new_report_changes_the_open_page_within_two_seconds(hostel, visit) -> None:
    page = visit(hostel.address)
    page.evaluate("window.sameAsBefore = true")
    assert "can get online in 1 of 3 rooms; not in 1" in page.locator(".headline").inner_text()
    wait_until_listening(page, hostel)
    hostel.world.now += timedelta(seconds=30)
    page.evaluate(WATCH, "in 2 of 3 rooms")
    told = time.time()
    hostel.world.hears("a-bcdfghjk10", timedelta(seconds=1))
    assert shown_at(page) - told < 2
    assert page.evaluate("window.sameAsBefore"), "without being loaded again"
    assert page.title().startswith("Nothing known to be wrong")


def test_only_a_sentence_that_changed_is_announced_and_politely(hostel, visit) -> None:
    page = visit(hostel.address)
    news = page.locator("#news")
    assert news.get_attribute("role") == "status"
    shown = page.locator("#answer time").get_attribute("datetime")
    hostel.world.now += timedelta(seconds=30)
    hostel.world.hears("a-bcdfghjkm9", timedelta(seconds=1))
    expect(page.locator("#answer time")).not_to_have_attribute("datetime", shown)
    assert news.text_content() == ""
    hostel.world.hears("a-bcdfghjkm9", timedelta(), OFFLINE)
    expect(news).to_contain_text("not in 2")


def test_a_paused_page_stands_still_until_it_is_resumed(hostel, visit) -> None:
    page = visit(hostel.address)
    wait_until_listening(page, hostel)
    page.get_by_role("button", name="Pause updates").click()
    assert "Paused." in page.locator("#state").inner_text()
    wait_for(page, lambda: hostel.listeners == 0, "the page no longer listening")
    hostel.world.hears("a-bcdfghjk10", timedelta(seconds=1))
    page.wait_for_timeout(1500)
    assert "in 1 of 3 rooms" in page.locator(".headline").inner_text()
    page.get_by_role("button", name="Resume updates").click()
    expect(page.locator(".headline")).to_contain_text("in 2 of 3 rooms")


def test_who_stands_on_a_link_stays_there_when_the_page_changes(hostel, visit) -> None:
    page = visit(hostel.address)
    page.locator("#rooms a[href='/rooms/r-bcdfghjk10']").focus()
    drawn_anew(page, "#rooms", lambda: hostel.world.hears("a-bcdfghjk10", timedelta(seconds=1), OFFLINE))
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/rooms/r-bcdfghjk10"
    assert page.evaluate("document.activeElement.closest('#rooms') !== null"), (
        "not above, at what is not well"
    )


def test_who_stands_on_the_second_of_two_links_alike_stays_on_the_second(hostel, visit) -> None:
    hostel.world.agent("a-silent2345", RoomId("r-bcdfghjk10"))
    page = visit(hostel.address)
    alike = page.locator("#troubles a[href='/rooms/r-bcdfghjk10']")
    assert alike.count() == 2, "the room is offline, and one of its boxes silent"
    alike.nth(1).focus()
    drawn_anew(page, "#troubles", lambda: hostel.world.hears("a-silent2345", timedelta(minutes=50)))
    assert alike.nth(1).evaluate("link => link === document.activeElement")


def test_a_page_whose_words_are_being_marked_stands_still_says_so_and_then_goes_on(hostel, visit) -> None:
    page = visit(hostel.address)
    wait_until_listening(page, hostel)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('h1'))")
    hostel.world.hears("a-bcdfghjk10", timedelta(seconds=1))
    expect(page.locator("#state")).to_have_text("Standing still while words are marked.")
    page.wait_for_timeout(1500)
    assert "in 1 of 3 rooms" in page.locator(".headline").inner_text()
    page.evaluate("getSelection().removeAllRanges()")
    expect(page.locator(".headline")).to_contain_text("in 2 of 3 rooms", timeout=8000)
    expect(page.locator("#rooms")).not_to_contain_text("nothing outside the building answers")
    assert page.locator("#state").inner_text() == "Updates by itself."


def test_an_open_page_says_that_the_records_cannot_be_read_and_heals(hostel, visit) -> None:
    page = visit(hostel.address)
    wait_until_listening(page, hostel)
    with hostel.world.records_spoilt():
        hostel.world.now += timedelta(seconds=30)
        expect(page.locator("h1")).to_have_text(
            "Sorry, roomreach cannot read its records just now", timeout=8000
        )
        assert page.title().startswith("Sorry, roomreach cannot read its records just now")
        expect(page.locator("#news")).to_have_text("Sorry, roomreach cannot read its records just now")
        expect(page.locator("main")).to_contain_text("Nothing is lost")
        expect(page.locator("table")).to_have_count(0)
        assert page.locator("#state").inner_text() == "Updates by itself."
    expect(page.locator(".headline")).to_contain_text("in 1 of 3 rooms", timeout=8000)
    expect(page.locator("table")).to_have_count(3)
    assert hostel.listeners == 1


def test_a_page_whose_server_stops_says_so_and_the_server_need_not_cut_it_off(hostel, visit, caplog) -> None:
    page = visit(hostel.address)
    wait_until_listening(page, hostel)
    page.evaluate(WATCH, "Not connected")
    asked = time.time()
    hostel.stop()
    assert shown_at(page) - asked < 2
    assert "timeout graceful shutdown exceeded" not in caplog.text
    page.goto("about:blank")  # what cannot be reached is rightly complained about
    page.met.console.clear()


def test_a_page_whose_server_comes_back_says_so_and_shows_what_it_missed(hostel, visit) -> None:
    page = visit(hostel.address)
    page.evaluate("window.sameAsBefore = true")
    wait_until_listening(page, hostel)
    hostel.stop()
    expect(page.locator("#state")).to_contain_text("Not connected: trying again.")
    assert "in 1 of 3 rooms" in page.locator(".headline").inner_text(), "what was last known stays"
    hostel.world.hears("a-bcdfghjk10", timedelta(seconds=1))
    hostel.start()
    expect(page.locator("#state")).to_have_text("Updates by itself.", timeout=10_000)
    expect(page.locator(".headline")).to_contain_text("in 2 of 3 rooms")
    assert page.evaluate("window.sameAsBefore"), "without being loaded again"
    page.met.console.clear()  # what could not be reached is rightly complained about


def test_a_page_too_many_is_complete_says_that_it_stands_still_and_takes_the_next_free_place(
    serve, visit
) -> None:
    crowded = serve(at_most=1)
    crowded.world.hostel()
    first = visit(crowded.address)
    wait_until_listening(first, crowded)
    page = visit(crowded.address, before=lambda page: page.clock.install())
    full = "1 pages are open already, so this one stands still: refresh it by hand."
    expect(page.locator("#state")).to_have_text(full)
    assert page.locator(".headline").inner_text().startswith("Residents can get online in 1 of 3 rooms")
    assert page.locator("table").count() == 3
    page.get_by_role("link", name="Refresh this page").click()
    expect(page.locator("#state")).to_have_text(full)
    first.close()
    wait_for(page, lambda: crowded.listeners == 0, "the first page leaving")
    page.clock.fast_forward(10_000)
    expect(page.locator("#state")).to_have_text("Updates by itself.")
    assert crowded.listeners == 1


def test_the_page_is_complete_without_script(hostel, visit) -> None:
    page = visit(hostel.address, java_script_enabled=False)
    assert page.locator(".headline").inner_text().startswith("Residents can get online in 1 of 3 rooms")
    assert page.locator("table").count() == 3
    assert page.locator("#live").is_hidden(), "nothing is offered that cannot work"
    assert page.get_by_role("link", name="Refresh this page").is_visible()


def test_the_keyboard_reaches_everything_in_reading_order_and_shows_where_it_is(hostel, visit) -> None:
    page = visit(hostel.address)
    page.locator("#pause").wait_for()
    met = []
    for _ in range(11):
        page.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement)"
        marked = page.evaluate(f"{style}.boxShadow !== 'none' || {style}.outlineStyle !== 'none'")
        met.append((page.evaluate("document.activeElement.textContent.trim()"), marked))
    assert [words for words, _ in met] == [
        "Skip to main content",
        "roomreach",
        "Refresh this page",
        "Pause updates",
        "Room 10",
        "Stratford Lodge",
        "Stratford Lodge",
        "Room 11",
        "Room 9",
        "Room 10",
        "The same facts for programs",
    ]
    assert all(marked for _, marked in met)


def test_the_skip_link_leads_past_the_header(hostel, visit) -> None:
    page = visit(hostel.address)
    page.keyboard.press("Tab")
    assert page.locator(".govuk-skip-link").bounding_box()["width"] > 100
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Refresh this page"


def test_it_can_be_read_in_forced_colours_with_less_motion_and_on_paper(hostel, visit) -> None:
    page = visit(hostel.address, forced_colors="active", reduced_motion="reduce")
    style = "getComputedStyle(document.querySelector('.govuk-tag'))"
    assert page.evaluate(f"{style}.borderTopStyle") == "solid"
    assert page.evaluate("document.getAnimations().length") == 0
    page.emulate_media(media="print")
    assert page.locator("#live").is_hidden()
    assert page.locator(".headline").is_visible()


def test_every_target_is_large_enough_to_hit(hostel, visit) -> None:
    page = visit(hostel.address, width=320)
    page.locator("#pause").wait_for()
    for link in page.locator("main a, main button, header a, footer a").all():
        alone = not link.evaluate("link => link.parentElement.matches('p.hint') && link.matches('.again')")
        assert not alone or link.bounding_box()["height"] >= 24, link.inner_text()


def test_a_request_to_another_host_is_caught(hostel, browser) -> None:
    asked = []
    context = browser.new_context(bypass_csp=True)
    context.route("**/*", lambda route: (asked.append(route.request.url), route.abort()))
    page = context.new_page()
    page.evaluate("fetch('http://127.0.0.1:9/').catch(() => {})")
    wait_for(page, lambda: bool(asked), "the gate seeing the request")
    context.close()
    assert [url for url in asked if not re.match(re.escape(hostel.address), url)] == ["http://127.0.0.1:9/"]


def test_a_notice_comes_and_goes_on_the_open_page(hostel, visit) -> None:
    hostel.world.notice = "Making history: 14 of 28 days."
    page = visit(hostel.address)
    expect(page.locator(".govuk-inset-text")).to_have_text("Making history: 14 of 28 days.")
    hostel.world.notice = "Making history: 15 of 28 days."
    expect(page.locator(".govuk-inset-text")).to_have_text("Making history: 15 of 28 days.")
    hostel.world.notice = None
    expect(page.locator(".govuk-inset-text")).to_have_count(0)
