"""Somebody elsewhere is told that we store, and is not told when we do not."""

import logging
import threading
from collections.abc import Iterator

import pytest

from roomreach_collector.deadman import Deadman
from servers import free_port, wait_until
from watching import PATH, Watcher


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    with Watcher() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.hang.set()
        server.shutdown()
        thread.join()


def test_it_tells_while_we_are_ready_and_stops_when_we_are_not(watcher: Watcher) -> None:
    faults: list[str] = []
    with Deadman(watcher.url, lambda: faults, every_s=0.02):
        wait_until(lambda: watcher.heard >= 3, "three calls")
        faults.append("The broker is gone.")
        threading.Event().wait(0.2)
        before = watcher.heard
        threading.Event().wait(0.3)
        assert watcher.heard == before
        faults.clear()
        wait_until(lambda: watcher.heard > before, "being told again")


def test_a_failure_is_said_once_and_so_is_its_end_and_the_url_never(
    watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    watcher.status = 500
    with Deadman(watcher.url, list, every_s=0.02):
        wait_until(lambda: watcher.heard >= 4, "four calls")
        watcher.status = 200
        wait_until(lambda: "told again" in caplog.text, "the end of it")
    assert caplog.text.count("could not be told") == 1
    assert "it answers 500" in caplog.text
    assert "canary" not in caplog.text


def test_it_follows_nobody_elsewhere(watcher: Watcher, caplog: pytest.LogCaptureFixture) -> None:
    watcher.status = 302
    with Deadman(watcher.url, list, every_s=0.02):
        wait_until(lambda: watcher.heard >= 2, "two calls")
    assert watcher.elsewhere == 0
    assert "it answers 302" in caplog.text


def test_an_endpoint_that_hangs_is_given_up_and_does_not_keep_us_from_ending(
    watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    watcher.hang.clear()
    with Deadman(watcher.url, list, every_s=0.02, patience_s=0.1):
        wait_until(lambda: "could not be told" in caplog.text, "giving up")
    assert "TimeoutError" in caplog.text


def test_an_endpoint_that_is_away_is_a_warning_and_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    with Deadman(f"http://127.0.0.1:{free_port()}{PATH}", list, every_s=0.02):
        wait_until(lambda: "could not be told" in caplog.text, "the warning")
    assert "canary" not in caplog.text
