"""Fifty agents of one site, a week long: never two at once, and never more than the site's allowance."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from outboxes import BOOT, QUICK_DISK
from roomreach import slots, strata
from roomreach.desired import Desired
from roomreach.identifiers import AgentId, SiteId
from roomreach.measurement import Throughput
from roomreach.places import Role
from roomreach.wire import encode_desired
from roomreach_agent.clock import SetClock
from tester_bench import BUSY_MS, QUIET_MS, Bench, a_bench

SITE = SiteId("s-manor2222")
AGENTS = [AgentId(f"a-agent{number:03}") for number in range(50)]
MONDAY = date(2026, 10, 19)  # on its Sunday the clocks go back
PAIR_S = 50


@contextmanager
def benches(tmp_path: Path, clock: SetClock, factor: float) -> Iterator[Mapping[AgentId, Bench]]:
    disk = QUICK_DISK if QUICK_DISK.is_dir() else tmp_path
    with TemporaryDirectory(dir=disk) as folder:
        made = {}
        for agent in AGENTS:
            (Path(folder) / agent).mkdir()
            made[agent] = a_bench(Path(folder) / agent, clock)
            made[agent].engine.factor = factor
        yield made


def live_a_week(
    tmp_path: Path, allowance: int, *, factor: float = 1.05
) -> tuple[Mapping[AgentId, Bench], dict[date, int]]:
    """Live it slot by slot; gives what the kernels counted on each day of London's."""
    source = random.Random(allowance)
    clock = SetClock(boot=BOOT, boot_ms=0, wall_ms=strata.begins_ms(MONDAY), synchronised=True)
    stays = [slots.Stay(agent, Role.ROOM, 0) for agent in AGENTS]
    spent: dict[date, int] = {}
    with benches(tmp_path, clock, factor) as made:
        for bench in made.values():
            bench.tester.turn()
        for number in range(7):
            day = MONDAY + timedelta(days=number)
            planned = slots.plan(SITE, day, stays, allowance)
            before = sum(bench.kernel.passed or 0 for bench in made.values())
            for agent, theirs in planned.items():
                word = Desired(version=number + 1, issued_ms=strata.begins_ms(day), tests=theirs)
                assert made[agent].wanted.hear(encode_desired(word))
            for slot in sorted((s for theirs in planned.values() for s in theirs), key=lambda s: s.start_ms):
                clock.advance((slot.start_ms - clock.now().wall_ms) / 1000)
                line_ms = source.choice((QUIET_MS, QUIET_MS, BUSY_MS))
                for bench in made.values():
                    bench.line.trips_ms = line_ms
                while clock.now().wall_ms < slot.start_ms + strata.LENGTH_S * 1000 - 60_000:
                    for bench in made.values():
                        bench.tester.turn()
                    clock.advance(1)
            spent[day] = sum(bench.kernel.passed or 0 for bench in made.values()) - before
        return made, spent


@pytest.mark.parametrize("allowance", [slots.SITE_BYTES, slots.METERED_BYTES])
def test_no_day_costs_more_than_the_site_may_spend_and_no_two_agents_test_at_once(
    tmp_path: Path, allowance: int
) -> None:
    made, spent = live_a_week(tmp_path, allowance)
    assert len(spent) == 7
    assert all(0.3 * allowance < cost <= allowance for cost in spent.values()), spent
    tests = sorted(when for bench in made.values() for when in bench.engine.when)
    assert all(end <= start for (_, end), (start, _) in pairwise(tests))
    assert len(tests) > 7 * 15
    found = {agent: bench.found() for agent, bench in made.items()}
    everything = [one for theirs in found.values() for one in theirs]
    assert all(isinstance(one, Throughput) for one in everything)
    busy = Counter(one.line_busy for one in everything if isinstance(one, Throughput))
    assert busy[True]
    assert busy[False]
    if allowance == slots.SITE_BYTES:
        # Every room tests in the busy hour of every day; more would wait in memory than fit, and none does.
        assert min(len(theirs) for theirs in found.values()) >= 7


def test_an_engine_that_keeps_to_nothing_is_seen_in_the_site_s_bill(tmp_path: Path) -> None:
    _, spent = live_a_week(tmp_path, slots.METERED_BYTES, factor=1.6)
    assert max(spent.values()) > slots.METERED_BYTES, "so the week above can fail"
