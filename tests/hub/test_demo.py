"""``roomreach demo``: a real agent measuring this very machine, and nothing left of it afterwards."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from brokers import installed
from hubs import ENVIRONMENT, ROOMREACH
from processes import descendants, ended, listeners
from roomreach_hub import asking
from roomreach_hub.broker import BROKERS
from roomreach_hub.folder import Address, Folder
from roomreach_hub.ports import LOOPBACK
from servers import Program, wait_until


class Demo(Program):
    """The demonstration, with its temporary folder inside one of ours."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.inside = folder
        super().__init__(
            [*ROOMREACH, "demo", "--port", "0", "--broker-port", "0", *words],
            folder.with_suffix(".log"),
            {**ENVIRONMENT, "TMPDIR": str(folder)},
        )
        folder.mkdir()

    def wait_ready(self) -> None:
        wait_until(lambda: not self.alive() or "Ctrl-C stops it" in self.said(), "the demonstration's start")
        assert self.alive(), self.said()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def address(self) -> Address:
        (temporary,) = self.inside.iterdir()
        return Folder(temporary).address()

    def page(self, path: str) -> str:
        found = asking.fetch(self.address.page_port, path)
        assert found is not None, f"{path} did not answer with success"
        return found

    def said(self) -> str:
        return self.log.read_text()


@pytest.fixture(scope="module", params=list(BROKERS))
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demonstration for tests that leave it as it was."""
    with Demo(tmp_path_factory.mktemp("demo") / "demo", "--broker", installed(request.param)) as program:
        yield program


def test_this_machine_s_own_measurements_are_on_the_page_in_seconds(shared: Demo) -> None:
    took = re.search(r"is on the page after (\d+\.\d) s", shared.said())
    assert took
    assert float(took[1]) < 15
    page, latest = shared.page("/"), json.loads(shared.page("/api/v1/latest"))
    assert "This machine" in page
    assert "Test bench" in page
    kinds = {measurement["kind"] for measurement in latest["latest"][0]["measurements"]}
    assert {"health", "gateway", "latency", "names"} <= kinds


def test_nothing_but_the_loopback_address_is_listened_on(shared: Demo) -> None:
    everyone = [shared.pid, *descendants(shared.pid)]
    assert {address for pid in everyone for address, _ in listeners(pid)} == {LOOPBACK}


def test_an_agent_that_dies_is_started_again(shared: Demo) -> None:
    (agent,) = [pid for pid in descendants(shared.pid) if b"roomreach_agent" in command(pid)[:5]]
    os.kill(agent, signal.SIGKILL)
    wait_until(lambda: "The agent runs again." in shared.said(), "the agent's new start")


@pytest.mark.parametrize("broker", BROKERS)
def test_asked_to_stop_it_leaves_no_process_and_no_folder(tmp_path: Path, broker: str) -> None:
    with Demo(tmp_path / "demo", "--broker", installed(broker)) as demo:
        everyone = descendants(demo.pid)
        assert len(everyone) == 4, "a broker and an agent, each on its leash"
        assert demo.process is not None
        begun = time.monotonic()
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(10) == 0
        assert time.monotonic() - begun < 5
        assert all(map(ended, everyone))
        assert list(demo.inside.iterdir()) == []
        assert "Traceback" not in demo.said()


def test_killed_it_takes_its_broker_and_its_agent_with_it(tmp_path: Path) -> None:
    with Demo(tmp_path / "demo") as demo:
        everyone = descendants(demo.pid)
        demo.kill()
        wait_until(lambda: all(map(ended, everyone)), "the end of everything it had started")


def command(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
