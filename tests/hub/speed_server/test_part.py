"""The speed server as a part of a hub."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hubs import Up
from processes import descendants, listeners
from roomreach.errors import Misconfigured, Unavailable
from roomreach.identifiers import AgentId
from roomreach.measurement import Reason
from roomreach_agent.engines.own.live import LiveTransfers
from roomreach_agent.engines.own.server import Server
from roomreach_agent.failures import ProbeFailed
from roomreach_hub import ports, speed_tokens
from roomreach_hub.folder import Folder
from roomreach_hub.speed_server.part import SpeedServer
from servers import wait_until

AGENT = AgentId("a-bcdfghjkmn")


@pytest.fixture
def part(tmp_path: Path) -> Iterator[SpeedServer]:
    part = SpeedServer(Folder(tmp_path), ports.next_free(0))
    yield part
    part.stop()


def test_an_agent_may_test_once_it_has_a_token_and_until_that_is_withdrawn(
    part: SpeedServer, tmp_path: Path
) -> None:
    part.start()
    first = speed_tokens.mint(Folder(tmp_path), AGENT)
    token = first.read_text().strip()
    assert first.stat().st_mode & 0o777 == 0o600
    assert first.parent.stat().st_mode & 0o777 == 0o700
    assert LiveTransfers(Server.at(part.url, token)).quiet_trips_ms()
    part.start()
    assert speed_tokens.mint(Folder(tmp_path), AGENT).read_text().strip() == token
    assert LiveTransfers(Server.at(part.url, token)).quiet_trips_ms()
    first.unlink()
    with pytest.raises(ProbeFailed) as failed:
        LiveTransfers(Server.at(part.url, token)).quiet_trips_ms()
    assert failed.value.reason is Reason.NOT_PERMITTED
    part.stop()
    assert not part.alive()


def test_a_port_that_another_program_has_is_explained(part: SpeedServer) -> None:
    with ports.listen(part.port), pytest.raises(Misconfigured, match="used by another program"):
        part.start()


def test_a_server_that_cannot_start_says_why(part: SpeedServer) -> None:
    (part.tokens / AGENT).write_text("short\n")
    with pytest.raises(Unavailable, match="too simple"):
        part.start()


def test_a_hub_runs_one_where_it_is_told_to_and_starts_it_again(tmp_path: Path) -> None:
    with Up(tmp_path / "hub", "--speed-port", "0") as up:
        port = up.address.speed_port
        assert port
        assert f"http://127.0.0.1:{port}, tokens in" in up.said()
        [serving] = [pid for pid in descendants(up.pid) if ("127.0.0.1", port) in listeners(pid)]
        os.kill(serving, signal.SIGKILL)
        wait_until(lambda: "The speed server runs again." in up.said(), "the speed server's new start")


def test_a_hub_runs_none_by_itself(tmp_path: Path) -> None:
    with Up(tmp_path / "hub") as up:
        assert up.address.speed_port is None
        assert "speed tests" not in up.said()
