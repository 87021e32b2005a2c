"""``roomreach up``, as a process of its own, with each broker that this machine has."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from brokers import installed
from examples import OUTBOX, a_report
from hubs import ENVIRONMENT, Up, facts, in_a_process, roomreach
from processes import descendants, ended, listeners
from roomreach import topics
from roomreach.identifiers import AgentId
from roomreach.report import Key
from roomreach.wire import encode_report
from roomreach_hub import asking, ports
from roomreach_hub.broker import BROKERS
from roomreach_hub.folder import Folder
from roomreach_hub.ports import LOOPBACK
from servers import wait_until
from watching import Watcher

NORTHGATE = (
    "sites", "add", "--name", "Northgate House", "--provider", "Northgate Homes", "--authority", "Hackney",
    "--category", "hostel", "--safeguarding", "none",
)  # fmt: skip


@pytest.fixture(scope="module", params=list(BROKERS))
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A hub for tests that leave it as it was."""
    with Up(tmp_path_factory.mktemp("up") / "hub", "--broker", installed(request.param)) as hub:
        yield hub


@pytest.fixture(params=list(BROKERS))
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Up]:
    """A hub for one test to stop or break."""
    with Up(tmp_path / "hub", "--broker", installed(request.param)) as hub:
        yield hub


def test_a_report_on_the_broker_is_on_the_page_and_listed_by_the_commands(shared: Up) -> None:
    folder = shared.folder.path
    assert "Next, the first site" in shared.said()
    site = facts(*NORTHGATE, "--in", folder)["site"]
    begun = ("--since", "2026-11-01T00:00Z")
    made = facts("agents", "add", "--site", site, "--room", "12", *begun, "--in", folder)
    assert f"port = {shared.address.broker_port}" in made["settings"]
    assert "no agent on record has ever been heard" in roomreach("doctor", "--in", folder).printed
    publish(shared.address.broker_port, AgentId(made["agent"]), reports=3)
    wait_until(lambda: facts("agents", "list", "--in", folder)["agents"][0]["heard"], "the report's storing")
    assert made["agent"] in shared.page("/api/v1/latest")
    assert "Northgate House" in shared.page("/")
    assert "roomreach_collector_stored_total 3.0" in shared.page("/metrics")
    wait_until(lambda: roomreach("doctor", "--in", folder).code == 0, "the doctor finding all well")


def test_nothing_but_the_loopback_address_is_listened_on(shared: Up) -> None:
    everyone = [shared.pid, *descendants(shared.pid)]
    listening = {address for pid in everyone for address in listeners(pid)}
    assert listening == {(LOOPBACK, shared.address.page_port), (LOOPBACK, shared.address.broker_port)}


def test_a_second_hub_in_the_same_folder_is_refused_with_the_first_one_s_process(shared: Up) -> None:
    done = in_a_process("up", shared.folder.path, "--port", "0")
    assert done.code == 2
    assert f"in use by another roomreach, process {shared.pid}" in done.told
    assert shared.page("/healthz")


def test_somebody_elsewhere_is_told_that_the_hub_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Watcher() as watcher, ThreadPoolExecutor(1) as thread:
        thread.submit(watcher.serve_forever)
        (tmp_path / "url").write_text(watcher.url)
        monkeypatch.setitem(ENVIRONMENT, "ROOMREACH_DEADMAN_URL_FILE", str(tmp_path / "url"))
        with Up(tmp_path / "hub") as hub:
            wait_until(lambda: watcher.heard > 0, "the switch being told")
            assert watcher.url not in hub.said()
        watcher.shutdown()


def test_a_broker_that_dies_is_started_again_and_that_is_said_once(shared: Up) -> None:
    (broker,) = [pid for pid in descendants(shared.pid) if listeners(pid)]
    os.kill(broker, signal.SIGKILL)
    wait_until(lambda: "The broker runs again." in shared.said(), "the broker's new start")
    assert asking.greets(shared.address.broker_port)
    assert shared.said().count("The broker ended unexpectedly; it is started again.") == 1


def test_asked_to_stop_it_leaves_nothing_running(own: Up) -> None:
    everyone = descendants(own.pid)
    assert own.process is not None
    own.process.send_signal(signal.SIGINT)
    assert own.process.wait(15) == 0
    assert all(map(ended, everyone))
    assert not own.folder.running()
    assert own.said().endswith("Stopping.\n")
    assert "Traceback" not in own.said()


def test_killed_it_takes_its_broker_with_it_and_starts_again_on_the_same_port(own: Up) -> None:
    port, everyone = own.address.broker_port, descendants(own.pid)
    assert len(everyone) == 2
    own.kill()
    wait_until(lambda: all(map(ended, everyone)), "the end of everything it had started")
    with Up(own.folder.path, broker_port=None) as again:
        assert again.address.broker_port == port
        assert again.page("/readyz")


def test_a_port_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    with ports.listen(0) as taken:
        done = in_a_process("up", tmp_path, "--port", str(taken.getsockname()[1]))
    assert done.code == 2
    assert "cannot be used: address already in use" in done.told
    assert "0 takes any that is free" in done.told


def test_agents_that_were_told_a_port_are_not_left_behind_on_another(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.make()
    with ports.listen(0) as taken:
        port = taken.getsockname()[1]
        folder.keep_broker_port(port)
        done = in_a_process("up", tmp_path, "--port", "0")
    assert done.code == 2
    assert f"Port {port} is used by another program, and this folder's agents report to it" in done.told


def test_a_disk_without_room_is_said_in_a_sentence(tmp_path: Path) -> None:
    # No file may grow beyond 64 KiB, as if the disk ended there.
    command = 'ulimit -f 64; exec "$@"'
    done = in_a_process("up", tmp_path, "--port", "0", within=("bash", "-c", command, "bash"))
    assert done.code in {2, 3}
    assert "series.duckdb" in done.told or "records" in done.told
    port = Folder(tmp_path).broker_port
    assert port is not None
    assert not ports.answers(port)


def publish(port: int, agent: AgentId, *, reports: int) -> None:
    """Send reports as an agent does, and wait until the broker has them."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.connect(LOOPBACK, port, clean_start=True)
    client.loop_start()
    now_ms = int(time.time() * 1000)
    for sequence in range(1, reports + 1):
        report = a_report(agent=agent, sequence=sequence, taken_ms=now_ms + sequence)
        sent = client.publish(topics.report(Key(agent, OUTBOX, sequence)), encode_report(report), qos=1)
        sent.wait_for_publish(5)
    client.disconnect()
    client.loop_stop()
