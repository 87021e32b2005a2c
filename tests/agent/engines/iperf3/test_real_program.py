"""The real iperf3 against a real server of its own, on the loopback."""

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import machine
from roomreach.measurement import Outcome, Reason, Throughput
from roomreach_agent.engines import Ask
from roomreach_agent.engines.iperf3.engine import Iperf3
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.shell import Finished, SystemShell
from roomreach_agent.testing.one_test import RESERVE
from servers import Program, free_port, wait_until

MOST_BYTES = 20_000_000
QUICK, SLOW = "400M", "40M"


class Reference(Program):
    """What listens on the building's reference agent."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.at = f"127.0.0.1:{self.port}"
        words = ["--server", "--bind", "127.0.0.1", "--port", self.port, "--json"]
        super().__init__([machine.require("iperf3"), *words], folder / "iperf3.log")

    def wait_ready(self) -> None:
        wait_until(self._listens, "iperf3 listening")

    def _listens(self) -> bool:
        # A look by connecting would count as a test for the server.
        return f":{self.port:04X} 00000000:0000 0A" in Path("/proc/net/tcp").read_text()

    def sent_and_received(self) -> int:
        """The payload of all its tests, as the server saw it."""
        decoder, text, total = json.JSONDecoder(), self.log.read_text().strip(), 0
        while text:
            said, end = decoder.raw_decode(text)
            text = text[end:].strip()
            ends = said["end"]
            total += ends["sum_sent"]["bytes"] if said["start"]["test_start"]["reverse"] else 0
            total += 0 if said["start"]["test_start"]["reverse"] else ends["sum_received"]["bytes"]
        return total


@dataclass(frozen=True, slots=True)
class PacedShell:
    """Starts iperf3 with a rate, as a Wi-Fi would give it: the loopback knows none."""

    rate: str

    def run(self, *words: str, within_s: float) -> Finished:
        return SystemShell().run(*words, "--bitrate", self.rate, within_s=within_s)


@pytest.fixture
def reference(tmp_path: Path) -> Iterator[Reference]:
    with Reference(tmp_path) as running:
        yield running


def measured(
    at: str, most_bytes: int = MOST_BYTES, *, rate: str = QUICK, longest_s: float = 10.0
) -> Throughput:
    engine = Iperf3(PacedShell(rate), at, longest_s=longest_s)
    return engine.test(Ask(target="reference", most_bytes=most_bytes))


def test_both_directions_are_measured_and_the_cap_is_held_by_the_servers_own_count(reference: Reference):
    found = measured(reference.at)
    assert found.outcome is Outcome.OK
    assert (found.target, found.engine) == ("reference", "iperf3")
    assert found.download_mbps > 100
    assert found.upload_mbps > 100
    assert (found.download_stopped_by, found.upload_stopped_by) == ("bytes", "bytes")
    assert found.download_bytes + found.upload_bytes <= MOST_BYTES
    assert 0.5 * MOST_BYTES < reference.sent_and_received() <= MOST_BYTES


@pytest.mark.parametrize("most_bytes", [1_000_000, 1_234_567, 3_000_000])
def test_the_smallest_tests_are_made_and_cost_no_more_than_they_may(reference: Reference, most_bytes: int):
    # What an agent charges is a little more than what it asks for.
    found = measured(reference.at, int(most_bytes / (1 + RESERVE)))
    assert found.outcome is Outcome.OK
    assert 0.6 * most_bytes < reference.sent_and_received() <= most_bytes / (1 + RESERVE)


def test_a_rate_that_settled_is_confident_and_one_over_too_soon_is_not(reference: Reference):
    assert measured(reference.at).confident is False
    found = measured(reference.at, 3 * MOST_BYTES, rate=SLOW, longest_s=3.0)
    assert found.download_mbps == pytest.approx(40, rel=0.15)
    assert found.upload_mbps == pytest.approx(40, rel=0.15)
    assert (found.download_stopped_by, found.upload_stopped_by) == ("time", "bytes")
    assert found.confident is True


def test_a_reference_agent_that_is_busy_is_no_evidence_either_way(reference: Reference):
    with Program(
        ["iperf3", "--client", "127.0.0.1", "--port", str(reference.port), "--time", "20", "--forceflush"],
        reference.log.with_name("first.log"),
    ) as first:
        wait_until(lambda: "connected to" in first.log.read_text(), "the first test running")
        with pytest.raises(ProbeFailed) as failed:
            measured(reference.at)
    assert failed.value.reason is Reason.SERVER_BUSY


def test_nobody_listening_is_a_failed_measurement():
    machine.require("iperf3")
    found = measured(f"127.0.0.1:{free_port()}")
    assert (found.outcome, found.reason) == (Outcome.FAILED, Reason.REFUSED)


def test_a_listener_that_says_nothing_is_given_up_in_time():
    machine.require("iperf3")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = measured(f"127.0.0.1:{silent.getsockname()[1]}", longest_s=1.0)
    assert (found.outcome, found.reason) == (Outcome.FAILED, Reason.NO_ANSWER)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_a_reference_agent_that_goes_away_in_the_midst_of_a_test_is_no_rate(
    reference: Reference, how: signal.Signals
):
    def go_away() -> None:
        time.sleep(1)
        reference.process.send_signal(how)

    going = threading.Thread(target=go_away)
    going.start()
    found = measured(reference.at, rate=SLOW, longest_s=4.0)
    going.join()
    reference.process.send_signal(signal.SIGCONT)
    assert (found.outcome, found.reason, found.download_mbps) == (Outcome.FAILED, Reason.NO_ANSWER, None)


def test_a_missing_program_is_the_agents_fault(reference: Reference, monkeypatch, tmp_path: Path):
    (tmp_path / "timeout").symlink_to(machine.program("timeout"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProbeFailed) as failed:
        measured(reference.at)
    assert failed.value.reason is Reason.NO_PROGRAM


@pytest.mark.parametrize(
    ("at", "ask", "reason"),
    [
        ("", Ask(target="reference", most_bytes=MOST_BYTES), Reason.NOT_CONFIGURED),
        ("reference.example", Ask(target="server", most_bytes=MOST_BYTES), Reason.NOT_CONFIGURED),
        ("reference.example", Ask(target="reference", most_bytes=10_000), Reason.BUDGET_SPENT),
    ],
)
def test_nothing_is_started_for_what_cannot_be_tested(at: str, ask: Ask, reason: Reason):
    with pytest.raises(ProbeFailed) as failed:
        Iperf3(SystemShell(), at).test(ask)
    assert failed.value.reason is reason


def test_its_results_stay_in_the_building():
    assert Iperf3.publishes is False
