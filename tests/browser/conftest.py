"""The console in a real browser: the application over real records, and what the browser met."""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

import machine
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
    server: Server
    thread: threading.Thread
    address: str

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[], Site]]:
    """Serves a world of the test's own making, as many times as it asks."""
    served: list[Site] = []

    def start() -> Site:
        records = Records.open(f"sqlite:///{tmp_path}/records-{len(served)}.db")
        world = World(records=records, series=MemorySeries(), streams=True)
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            world.app, log_config=None, log_level="warning", access_log=False, timeout_graceful_shutdown=2
        )
        server = Server(world.app, config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started, "the application being served")
        served.append(Site(world, server, thread, f"http://127.0.0.1:{listening.getsockname()[1]}"))
        return served[-1]

    yield start
    for site in served:
        site.stop()
        site.world.close()


@pytest.fixture
def site(serve: Callable[[], Site]) -> Site:
    return serve()


@dataclass
class Met:
    """What a browser met that it should not have."""

    console: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of the console; whatever leaves this machine or is complained about fails the test."""
    contexts: list[tuple[BrowserContext, Met]] = []

    def open_(address: str, *, width: int = 1280, failing: bool = False, **context) -> Page:
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
        page.goto(address)
        if failing:  # the browser itself complains of the status it was meant to get
            met.console.clear()
        return page

    yield open_
    for opened, met in contexts:
        opened.close()
        assert met.elsewhere == []
        assert met.console == []


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
