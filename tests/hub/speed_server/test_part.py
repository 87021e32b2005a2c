"""The speed server as a part of a hub."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hubs import Up
from processes import descendants, listeners
from roomreach.errors import Misconfigured, Unavailable
from roomreach_agent.engines.own.live import LiveTransfers
from roomreach_agent.engines.own.server import Server
from roomreach_hub import ports
from roomreach_hub.speed_server.part import SpeedServer
from servers import wait_until


@pytest.fixture
def part(tmp_path: Path) -> Iterator[SpeedServer]:
    part = SpeedServer(tmp_path, ports.next_free(0))
    yield part
    part.stop()


def test_an_agent_with_the_folder_s_token_may_test_and_may_still_after_a_restart(part: SpeedServer) -> None:
    part.start()
    token = part.token_file.read_text().strip()
    assert part.token_file.stat().st_mode & 0o777 == 0o600
    part.start()
    assert part.alive()
    assert LiveTransfers(Server.at(part.url, token)).quiet_trips_ms()
    part.stop()
    assert not part.alive()


def test_a_port_that_another_program_has_is_explained(part: SpeedServer) -> None:
    with ports.listen(part.port), pytest.raises(Misconfigured, match="used by another program"):
        part.start()


def test_a_server_that_cannot_start_says_why(part: SpeedServer) -> None:
    part.token_file.write_text("short\n")
    with pytest.raises(Unavailable, match="too simple"):
        part.start()


def test_a_hub_runs_one_where_it_is_told_to_and_starts_it_again(tmp_path: Path) -> None:
    with Up(tmp_path / "hub", "--speed-port", "0") as up:
        port = up.address.speed_port
        assert port
        assert f"http://127.0.0.1:{port}, token in" in up.said()
        token = (tmp_path / "hub" / "speed.token").read_text().strip()
        assert LiveTransfers(Server.at(f"http://127.0.0.1:{port}", token)).quiet_trips_ms()
        [serving] = [pid for pid in descendants(up.pid) if ("127.0.0.1", port) in listeners(pid)]
        os.kill(serving, signal.SIGKILL)
        wait_until(lambda: "The speed server runs again." in up.said(), "the speed server's new start")


def test_a_hub_runs_none_by_itself(tmp_path: Path) -> None:
    with Up(tmp_path / "hub") as up:
        assert up.address.speed_port is None
        assert "speed tests" not in up.said()
