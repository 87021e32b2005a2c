"""``roomreach demo``: a hostel and an agent measuring this machine, and nothing left of them afterwards."""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brokers import installed
from demos import Demo
from processes import descendants, ended, listeners
from roomreach import topics
from roomreach.desired import Desired, Slot
from roomreach.identifiers import AgentId
from roomreach.wire import encode_desired
from roomreach_hub.broker import BROKERS
from roomreach_hub.ports import LOOPBACK
from servers import wait_until
from surfaces import connected, hostel_agents


@pytest.fixture(scope="module", params=list(BROKERS))
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demonstration for tests that leave it as it was."""
    with Demo(tmp_path_factory.mktemp("demo") / "demo", "--broker", installed(request.param)) as program:
        yield program


def test_the_hostel_is_on_the_page_in_seconds_and_this_machine_beside_it(shared: Demo) -> None:
    took = re.search(r"is on the page after (\d+\.\d) s", shared.said())
    assert took
    assert float(took[1]) < 30
    assert "This machine" in shared.page("/")
    (bench,) = [site["id"] for site in shared.facts("/api/v1/sites")["sites"] if site["trial"]]
    wait_until(lambda: of_site(shared, bench) != [], "a round of this machine's agent")
    (latest,) = of_site(shared, bench)
    kinds = {measurement["kind"] for measurement in latest["measurements"]}
    assert {"health", "gateway", "latency", "names"} <= kinds


def test_a_slot_that_falls_due_becomes_a_throughput_test_on_record(shared: Demo) -> None:
    agent = hostel_agents(shared)[0]
    now_ms = time.time_ns() // 1_000_000
    slot = Slot(start_ms=now_ms, latest_ms=now_ms + 60_000, most_bytes=6_000_000)
    # Newer than whatever the collector tells it meanwhile.
    desired = Desired(version=2**50, issued_ms=now_ms, tests=(slot,))
    with connected(shared) as client:
        client.publish(topics.desired(AgentId(agent)), encode_desired(desired), qos=1, retain=True)
        wait_until(lambda: throughput_of(shared, agent), "the test", 60)
    (found,) = throughput_of(shared, agent)
    outcome, spent_bytes, waited_s, download_mbps = found["values"]
    assert outcome == "ok"
    assert 0 < spent_bytes <= slot.most_bytes
    assert 0 <= waited_s <= 60
    assert 20 < download_mbps < 80, "what radio and line of room 2 carry"


def throughput_of(demo: Demo, agent: str) -> list[dict[str, Any]]:
    columns = "&".join(f"columns={name}" for name in ("outcome", "spent_bytes", "waited_s", "download_mbps"))
    tracks = demo.facts(f"/api/v1/series/throughput?agent={agent}&{columns}")["tracks"]
    return [row for track in tracks for row in track["rows"]]


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
        assert len(everyone) == 6, "a broker, an agent and a hostel, each on its leash"
        assert demo.process is not None
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(15) == 0
        assert all(map(ended, everyone))
        assert list(demo.inside.iterdir()) == []
        assert "Traceback" not in demo.said()


def test_killed_it_takes_everything_it_had_started_with_it(tmp_path: Path) -> None:
    with Demo(tmp_path / "demo") as demo:
        everyone = descendants(demo.pid)
        demo.kill()
        wait_until(lambda: all(map(ended, everyone)), "the end of everything it had started")


def of_site(demo: Demo, site: str) -> list[dict[str, Any]]:
    return [one for one in demo.facts("/api/v1/latest")["latest"] if one["site"] == site]


def command(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
