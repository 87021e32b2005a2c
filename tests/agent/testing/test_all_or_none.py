"""speedtest-cli can be held to no slot's bytes: it tests once a day, if the day's share covers its worst."""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from outboxes import BOOT
from roomreach import slots
from roomreach.desired import Desired
from roomreach.identifiers import AgentId, SiteId
from roomreach.measurement import Measurement, NotMeasured, Reason, Throughput
from roomreach.places import Role
from roomreach.strata import begins_ms
from roomreach.wire import encode_desired
from roomreach_agent.clock import SetClock
from roomreach_agent.engines.machine import Machine
from roomreach_agent.engines.speedtest_cli.engine import SpeedtestCli, worst_bytes
from roomreach_agent.engines.speedtest_cli.witness import MARK
from roomreach_agent.shell import Finished
from roomreach_agent.testing import assembling
from tester_bench import BUSY_MS, QUIET_MS, Bench, a_bench

DAY = date(2026, 11, 23)
SITE = SiteId("s-manor2222")
AGENTS = [AgentId(f"a-agent{number:03}") for number in range(50)]
TOOK_S = 23
RECEIVED, SENT = 10_000_000, 5_000_000


@dataclass(slots=True)
class Replay:
    """What speedtest-cli prints after a test of 8 and 4 Mbit/s, as long after as it would have taken."""

    root: Path
    clock: SetClock
    runs: list[int]

    def run(self, *words: str, within_s: float) -> Finished:
        assert "--json" in words
        assert within_s > TOOK_S
        self.runs.append(self.clock.now().wall_ms)
        self.clock.advance(TOOK_S)
        carry(self.root, RECEIVED * len(self.runs), SENT * len(self.runs))
        claims = {
            "download": 8e6,
            "upload": 4e6,
            "ping": 20,
            "bytes_received": RECEIVED,
            "bytes_sent": SENT,
        }
        answers = {"download": {"200": 12}, "upload": {"200": 3}}
        return Finished(json.dumps(claims), f"{MARK}{json.dumps(answers)}\n")


def carry(root: Path, received: int, sent: int) -> None:
    (root / "proc/net/dev").write_text(f" eth0: {received} 1 0 0 0 0 0 0 {sent} 1 0 0 0 0 0 0\n")


@dataclass(slots=True)
class Box:
    """An agent whose engine is the real one, over what its program was seen to print."""

    bench: Bench
    runs: list[int]

    def live(self, days: int, agents: int, *, allowance: int = slots.SITE_BYTES) -> list[Measurement]:
        stays = [slots.Stay(agent, Role.ROOM, 0) for agent in AGENTS[:agents]]
        for number in range(days):
            day = DAY + timedelta(days=number)
            dealt = slots.deal(SITE, day, stays, allowance)[AGENTS[0]]
            word = Desired(
                version=number, issued_ms=0, tests=dealt.slots, shares=(dealt.share,), may_publish=True
            )
            assert self.bench.wanted.hear(encode_desired(word))
            self.bench.until(begins_ms(day + timedelta(days=1)) - 1)
        return self.bench.found()


def a_box(tmp_path: Path, *, port: int, budget_mb: float = 300) -> Box:
    root = tmp_path / "root"
    (root / "proc/net").mkdir(parents=True)
    (root / "proc/net/route").write_text("Iface\neth0 00000000 0101A8C0 0003 0 0 100 00000000 0 0 0\n")
    (root / "sys/class/net/eth0").mkdir(parents=True)
    (root / "sys/class/net/eth0/speed").write_text(f"{port}\n")
    carry(root, 0, 0)
    clock = SetClock(boot=BOOT, boot_ms=0, wall_ms=begins_ms(DAY), synchronised=True)
    bench = a_bench(tmp_path, clock, engine="speedtest_cli", reference="", budget_mb=budget_mb)
    replay = Replay(root, clock, [])
    machine = Machine(root=root, clock=lambda: clock.now().boot_ms / 1000, process_time=lambda: 0.0)
    tools = replace(
        bench.tools,
        root=root,
        shell=replay,
        engines={"speedtest_cli": lambda _settings, tools: SpeedtestCli(tools.shell, machine=machine)},
    )
    bench.tester = assembling.tester(
        bench.settings, tools, wanted=bench.wanted, clock=clock, trusted=clock.kernel_synchronised
    )
    bench.tester.turn()
    return Box(bench, replay.runs)


@pytest.mark.parametrize(("port", "agents"), [(10, 6), (100, 1)])
def test_it_runs_once_a_day_in_the_busy_hour(tmp_path: Path, port: int, agents: int) -> None:
    box = a_box(tmp_path, port=port)
    found = box.live(3, agents)
    assert len(found) == len(box.runs) == 3
    assert all(isinstance(one, Throughput) and one.download_mbps == 8 for one in found)
    for number, at_ms in enumerate(box.runs):
        assert 20 <= (at_ms - begins_ms(DAY + timedelta(days=number))) / 3_600_000 < 22


def test_on_a_site_of_many_agents_it_says_what_it_needs_and_that_the_share_is_smaller(tmp_path: Path) -> None:
    box = a_box(tmp_path, port=100)
    (said,) = box.live(1, 50)
    assert isinstance(said, NotMeasured)
    assert said.reason is Reason.BUDGET_SPENT
    assert said.detail.startswith(
        "speedtest_cli may cost 275 MB, and this agent's share of its site's day is "
    )
    assert box.runs == []


def test_a_budget_of_its_own_that_is_too_small_is_said_too(tmp_path: Path) -> None:
    (said,) = a_box(tmp_path, port=100, budget_mb=100).live(1, 1)
    assert isinstance(said, NotMeasured)
    assert said.detail == "speedtest_cli may cost 275 MB, and its settings allow 100 MB in 24 hours"


def test_what_it_may_cost_is_charged_whole_and_settled_by_the_kernel_s_count(tmp_path: Path) -> None:
    box = a_box(tmp_path, port=10)
    (found,) = box.live(1, 1)
    assert isinstance(found, Throughput)
    assert box.bench.tester._spending.spent("server", box.bench.now()) == (found.spent_bytes or 0)
    charged = box.bench.tester._spending.charge(
        "server", worst_bytes(10), least=worst_bytes(10), now_ms=box.bench.now()
    )
    assert charged
    assert charged.most_bytes == 27_500_000


def test_on_a_busy_line_it_does_not_start_as_it_makes_no_small_test(tmp_path: Path) -> None:
    box = a_box(tmp_path, port=10)
    box.bench.line.trips_ms = QUIET_MS
    box.bench.tester._quiet.busy()
    box.bench.line.trips_ms = BUSY_MS
    (said,) = box.live(1, 1)
    assert isinstance(said, NotMeasured)
    assert (said.reason, box.runs) == (Reason.LINE_BUSY, [])
