"""An agent killed as a power cut would, again and again, while it writes and sends."""

import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from roomreach.identifiers import AgentId
from roomreach.report import Key
from roomreach.wire import decode_stored_report, digest
from servers import Mosquitto, Program, free_port, wait_until
from small_collector import SmallCollector

AGENT = AgentId("a-bcdfghjkmn")
JOURNEY_AGENT = Path(__file__).parent.parent / "journey_agent.py"


class Journey:
    """One journey agent, its folder, and the list of what it ever committed."""

    def __init__(self, folder: Path, port: int, *words: str) -> None:
        self.outbox = folder / "outbox.db"
        self.list = folder / "committed"
        path = folder / "agent.toml"
        path.write_text(
            f'agent = "{AGENT}"\nbroker.port = {port}\noutbox.path = "{self.outbox}"\n'
            'clock.kept_by = "host"\nuplink.resend_after_s = 1\n'
        )
        command = [sys.executable, JOURNEY_AGENT, "--settings", path, "--list", self.list, *words]
        self.program = Program(command, folder / "agent.log")
        self.log = folder / "agent.log"

    def committed(self) -> dict[Key, str]:
        lines = self.list.read_text().splitlines() if self.list.exists() else []
        found = {}
        for line in lines:
            agent, outbox, sequence, digits = line.split()
            found[Key(AgentId(agent), outbox, int(sequence))] = digits  # type: ignore[arg-type]
        assert len(found) == len(lines), "a report was listed twice"
        return found


def rows(path: Path) -> tuple[str, dict[int, bytes]]:
    """What SQLite says of the file itself, and the reports in it."""
    with sqlite3.connect(path) as db:
        (verdict,) = db.execute("PRAGMA integrity_check").fetchone()
        found = dict(db.execute("SELECT sequence, payload FROM report"))
    db.close()
    return verdict, found


_WRITER = """
import itertools, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from examples import MEASUREMENTS
from outboxes import an_outbox
from roomreach_agent.clock import SystemClock
from roomreach_agent.gate import Gate
clock = SystemClock()
with an_outbox(Path(sys.argv[1]), clock, gate=Gate(kept_by_host=True)) as outbox:
    for _ in itertools.repeat(None):
        print(outbox.put(MEASUREMENTS, clock.now()).key.sequence, flush=True)
"""


def test_an_outbox_killed_thirty_times_amid_writing_keeps_all_it_said_it_kept(tmp_path: Path) -> None:
    path, chance = tmp_path / "outbox.db", random.Random(7)
    said = 0
    for _ in range(30):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, path, JOURNEY_AGENT.parent], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            first = int(writer.stdout.readline())
            time.sleep(chance.uniform(0, 0.05))
            writer.kill()
            lines = [
                int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith(b"\n")
            ]
        assert said < first <= said + 2, "a sequence was left out, or given twice"
        said = max([first, *lines])
        verdict, kept = rows(path)
        assert verdict == "ok"
        assert len(kept) in {said, said + 1}, "only the report being written may be there unsaid"
        assert sorted(kept) == list(range(1, len(kept) + 1))
        times = Counter(decode_stored_report(payload).taken_ms for payload in kept.values())
        assert max(times.values()) == 1
    assert said > 100
    assert not list(tmp_path.glob("*.damaged-*"))


def test_an_agent_killed_while_it_sends_loses_nothing(tmp_path: Path, mosquitto: Mosquitto) -> None:
    journey = Journey(tmp_path, mosquitto.port, "--every-ms", "5")
    chance = random.Random(3)
    with SmallCollector(mosquitto.port) as collector:
        for _ in range(6):
            before = len(collector.heard)
            journey.program.start()
            wait_until(lambda now=before: len(collector.heard) > now + 20, "reports flowing")
            time.sleep(chance.uniform(0, 0.1))
            journey.program.kill()
        with journey.program:
            wait_until(
                lambda: all(key in collector.heard for key in list(journey.committed())[:-1]),
                "everything committed before the last start heard",
            )
        committed = journey.committed()
        heard = {key: {digest(copy) for copy in copies} for key, copies in collector.heard.items()}
    assert len(committed) > 120
    assert set(heard) <= set(committed), "nothing is sent that is not committed"
    assert all(heard[key] == {committed[key]} for key in heard), "the bytes of a report never change"
    sequences = sorted(key.sequence for key in committed)
    assert sequences == list(range(1, len(sequences) + 1))
    assert "Traceback" not in journey.log.read_text()


def test_the_last_will_tells_of_a_killed_agent(tmp_path: Path, mosquitto: Mosquitto) -> None:
    journey = Journey(tmp_path, mosquitto.port)
    with SmallCollector(mosquitto.port) as collector:
        journey.program.start()
        wait_until(lambda: len(collector.presences) == 1, "online")
        journey.program.kill()
        wait_until(lambda: len(collector.presences) == 2, "offline")
    assert b"offline" in collector.presences[-1][1]


def test_the_control_forgets_what_the_broker_acknowledged(tmp_path: Path, mosquitto: Mosquitto) -> None:
    journey = Journey(tmp_path, mosquitto.port, "--forget-on-puback", "--count", "50", "--every-ms", "1")
    with SmallCollector(mosquitto.port, answering=False) as collector, journey.program:
        wait_until(lambda: len(collector.heard) == 50, "all heard")
        time.sleep(0.5)
        journey.program.stop()
    assert rows(journey.outbox) == ("ok", {}), "nobody stored them, and they are gone"


def test_a_journey_agent_that_keeps_to_receipts_forgets_nothing(tmp_path: Path, mosquitto: Mosquitto) -> None:
    journey = Journey(tmp_path, mosquitto.port, "--count", "50", "--every-ms", "1")
    with SmallCollector(mosquitto.port, answering=False) as collector, journey.program:
        wait_until(lambda: len(collector.heard) == 50, "all heard")
        journey.program.stop()
    assert len(rows(journey.outbox)[1]) == 50


def high_water_mb(program: Program) -> float:
    assert program.process is not None
    status = Path(f"/proc/{program.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


@pytest.mark.long
def test_a_backlog_of_ten_thousand_drains_in_bounded_memory(tmp_path: Path) -> None:
    port = free_port()
    journey = Journey(tmp_path, port, "--count", "10000", "--every-ms", "0")
    with journey.program:
        wait_until(lambda: len(journey.committed()) == 10_000, "the backlog", within_s=180)
        before_mb = high_water_mb(journey.program)
        with Mosquitto(tmp_path / "broker", port) as broker, SmallCollector(broker.port) as collector:
            wait_until(lambda: len(collector.heard) == 10_000, "the backlog draining", within_s=180)
            time.sleep(1)
            peak_mb = high_water_mb(journey.program)
            print(f"resident {before_mb:.1f} MB with the backlog, {peak_mb:.1f} MB at most while it drained")
            assert peak_mb < before_mb + 20
            assert peak_mb < 80
            journey.program.stop()
    assert rows(journey.outbox) == ("ok", {})
