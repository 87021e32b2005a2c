"""The console in a real browser: the application over real records, and what the browser met."""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

import machine
from roomreach_api.console.live import AT_MOST, Live
from roomreach_api.serving import Server
from roomreach_store.records import Records
from roomreach_store.series.memory import MemorySeries
from servers import wait_until
from worlds import World

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "api" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=machine.require("chromium"), args=FLAGS)
        yield chromium
        chromium.close()


@dataclass
class Site:
    """The application, served by a thread on the loopback address."""

    world: World
    port: int = 0
    server: Server = field(init=False)
    thread: threading.Thread = field(init=False)

    def start(self, at_most: int = AT_MOST) -> None:
        """Serve it to so many open pages, at the port it had if it was served before."""
        app = self.world.app
        live = app.state.live
        app.state.live = Live(live._mark, live._draw, at_most=at_most)  # one that was closed stays closed
        listening = socket.create_server(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            app, log_config=None, log_level="warning", access_log=False, timeout_graceful_shutdown=2
        )
        self.server = Server(app, config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listening]}, daemon=True)
        self.thread.start()
        wait_until(lambda: self.server.started, "the application being served")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def listeners(self) -> int:
        """How many pages listen."""
        return self.world.app.state.live.listeners

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Serves a world of the test's own making, as many times as it asks."""
    served: list[Site] = []

    def start(**settings: int) -> Site:
        records = Records.open(f"sqlite:///{tmp_path}/records-{len(served)}.db")
        site = Site(World(records=records, series=MemorySeries(), streams=True))
        served.append(site)
        site.start(**settings)
        return site

    yield start
    for site in served:
        site.stop()
        site.world.close()


@pytest.fixture
def site(serve: Callable[..., Site]) -> Site:
    return serve()


@dataclass
class Met:
    """What a browser met that it should not have."""

    console: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


@contextmanager
def _visiting(browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts: list[tuple[BrowserContext, Met]] = []

    def open_(
        address: str,
        *,
        width: int = 1280,
        failing: bool = False,
        before: Callable[[Page], object] = lambda _page: None,
        **context,
    ) -> Page:
        opened = browser.new_context(viewport={"width": width, "height": 800}, **context)
        met = Met()
        contexts.append((opened, met))
        own = "/".join(address.split("/")[:3]) + "/"

        def at_the_gate(route: Route) -> None:
            if route.request.url.startswith(own):
                route.continue_()
            else:
                met.elsewhere.append(route.request.url)
                route.abort()

        opened.route("**/*", at_the_gate)
        page = opened.new_page()
        page.on("console", lambda said: met.console.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: met.console.append(str(error)))
        page.met = met
        before(page)
        page.goto(address)
        if failing:  # the browser itself complains of the status it was meant to get
            met.console.clear()
        return page

    yield open_
    for opened, met in contexts:
        opened.close()
        assert met.elsewhere == []
        assert met.console == []


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of the console; whatever leaves this machine or is complained about fails the test."""
    with _visiting(browser) as open_:
        yield open_


@pytest.fixture(scope="module")
def stay(browser: Browser) -> Iterator[Callable[..., Page]]:
    """The same for a page that stays open while the tests of a module go by."""
    with _visiting(browser) as open_:
        yield open_


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        assert os.environ.get("ROOMREACH_REQUIRE") != "all", "axe-core is not installed: make setup"
        pytest.skip("axe-core is not installed: make setup")
    return AXE.read_text()


@pytest.fixture
def faults(axe: str) -> Callable[[Page], list[str]]:
    """What axe finds wrong with a page, and what it could not decide."""

    def of(page: Page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe)
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations', 'incomplete']})", RULES
        )
        return [
            f"{verdict} {rule['id']}: {json.dumps([node['html'][:120] for node in rule['nodes'][:3]])}"
            for verdict in ("violations", "incomplete")
            for rule in found[verdict]
        ]

    return of
