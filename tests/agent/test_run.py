"""An agent at work, as a process of its own."""

import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from examples import MEASUREMENTS
from outboxes import a_clock, an_outbox, read
from roomreach.identifiers import AgentId
from roomreach.measurement import KINDS
from roomreach.report import question
from roomreach.wire import decode_stored_report
from roomreach_agent.clock import SystemClock
from roomreach_agent.run import following, keep_measuring
from servers import Mosquitto, Program, free_port, wait_until
from small_collector import SmallCollector

AGENT = AgentId("a-bcdfghjkmn")


def agent(folder: Path, port: int, *, probes: str = "['health']") -> Program:
    """An agent that measures every second; asked for no more, it asks nobody but itself, and is quick."""
    path = folder / "agent.toml"
    path.write_text(
        f'agent = "{AGENT}"\ninterval_s = 1\nprobes = {probes}\n'
        f'broker.port = {port}\noutbox.path = "{folder}/outbox.db"\nclock.kept_by = "host"\n'
    )
    command = [sys.executable, "-m", "roomreach_agent", "run", "--settings", path]
    return Program(command, folder / "agent.log")


def kept(folder: Path) -> int:
    """How many reports stand in the outbox of an agent that has ended."""
    with an_outbox(folder / "outbox.db", a_clock()) as outbox:
        return len(outbox.oldest(10**6))


def resident_mb(program: Program) -> float:
    assert program.process is not None
    status = Path(f"/proc/{program.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


def test_missed_rounds_stay_missed_and_the_schedule_keeps_its_beat() -> None:
    assert following(100, 60, 100.2) == 160
    assert following(100, 60, 159.9) == 160
    assert following(100, 60, 160) == 220
    assert following(100, 60, 100 + 60 * 500 + 1) == 100 + 60 * 501
    assert following(100, 0.02, 100.05) == pytest.approx(100.06)


def test_rounds_come_at_once_and_then_on_the_beat_whatever_a_round_raises(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock, stopping = SystemClock(), threading.Event()
    began: list[float] = []

    def take() -> tuple[object, ...]:
        began.append(time.monotonic())
        if len(began) == 2:
            raise RuntimeError("nobody foresaw this")
        if len(began) == 3:
            time.sleep(0.25)  # it misses a beat
        if len(began) == 5:
            stopping.set()
        return MEASUREMENTS

    with an_outbox(tmp_path / "outbox.db", a_clock()) as outbox:
        keep_measuring(take, outbox, lambda: None, 0.2, clock=clock, stopping=stopping)  # type: ignore[arg-type]
        assert len(read(outbox)) == 4
    gaps = [round((later - began[0]) / 0.2, 1) for later in began]
    assert gaps == pytest.approx([0, 1, 2, 4, 5], abs=0.4)
    assert "nobody foresaw this" in caplog.text


def test_an_agent_measures_this_machine_and_is_heard(mosquitto: Mosquitto, tmp_path: Path) -> None:
    whole = str(list(KINDS))
    with (
        SmallCollector(mosquitto.port) as collector,
        agent(tmp_path, mosquitto.port, probes=whole) as program,
    ):
        wait_until(lambda: len(collector.heard) >= 1, "a round heard", within_s=60)
        memory_mb = resident_mb(program)
        began = time.monotonic()
        program.stop()
        assert time.monotonic() - began < 2
    keys = list(collector.heard)
    assert [key.sequence for key in keys] == list(range(1, len(keys) + 1))
    reports = [decode_stored_report(copies[0]) for copies in collector.heard.values()]
    # A test of throughput comes at a time of its own, not in every round.
    asked = set(KINDS) - {"throughput"}
    assert {question(measurement)[0] for measurement in reports[0].measurements} == asked
    assert all(report.synchronised and report.interval_s == 1 for report in reports)
    assert memory_mb < 60
    assert "Traceback" not in (tmp_path / "agent.log").read_text()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_an_agent_without_a_broker_measures_on_and_stops_when_asked(
    tmp_path: Path, how: signal.Signals
) -> None:
    with agent(tmp_path, free_port()) as program:
        assert program.process is not None
        log = tmp_path / "agent.log"
        wait_until(lambda: "no broker" in log.read_text(), "the broker being missed")
        time.sleep(4)  # nobody else may open the outbox, so a round is waited for blindly
        began = time.monotonic()
        program.process.send_signal(how)
        assert program.process.wait(5) == 0
        assert time.monotonic() - began < 2
    assert kept(tmp_path) >= 1
    assert "Traceback" not in log.read_text()


def test_a_second_agent_on_one_outbox_is_told_and_stops(tmp_path: Path) -> None:
    with agent(tmp_path, free_port()):
        wait_until((tmp_path / "outbox.db").exists, "the outbox being made")
        second = Program(agent(tmp_path, free_port()).command, tmp_path / "second.log")
        with second:
            assert second.process is not None
            assert second.process.wait(15) == 2
        assert "another agent that is running" in (tmp_path / "second.log").read_text()
