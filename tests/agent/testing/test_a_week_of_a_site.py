"""Fifty agents of one site, a week long: each in its own slots, and never more than the site's allowance.

People ask for tests by hand meanwhile, agents arrive and leave in the course of a day, and one changes rooms.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from outboxes import BOOT, QUICK_DISK
from roomreach import slots, strata
from roomreach.desired import Desired, Slot
from roomreach.identifiers import AgentId, SiteId
from roomreach.measurement import NotMeasured, Reason, Throughput
from roomreach.places import Role
from roomreach.wire import encode_desired
from roomreach_agent.clock import SetClock
from tester_bench import BUSY_MS, QUIET_MS, TEST_S, Bench, a_bench

SITE = SiteId("s-manor2222")
AGENTS = [AgentId(f"a-agent{number:03}") for number in range(50)]
MONDAY = date(2026, 10, 19)  # on its Sunday the clocks go back
BY_HAND = 12
"""Tests that people ask for each day, somewhere on the site."""


def roster() -> Sequence[slots.Stay]:
    """Most were always there. One leaves and two arrive on Wednesday; one changes rooms on Friday."""

    def at(day: int, hour: int) -> int:
        return strata.begins_ms(MONDAY + timedelta(days=day)) + hour * 3_600_000

    stays = [slots.Stay(agent, Role.ROOM, 0) for agent in AGENTS[:48]]
    stays[0] = stays[0]._replace(until_ms=at(2, 12))
    stays[1] = stays[1]._replace(until_ms=at(4, 12))
    stays.append(slots.Stay(AGENTS[1], Role.REFERENCE, at(4, 12)))
    return [*stays, *(slots.Stay(agent, Role.ROOM, at(2, 10)) for agent in AGENTS[48:])]


@contextmanager
def benches(tmp_path: Path, clock: SetClock, factor: float) -> Iterator[Mapping[AgentId, Bench]]:
    disk = QUICK_DISK if QUICK_DISK.is_dir() else tmp_path
    with TemporaryDirectory(dir=disk) as folder:
        made = {}
        for agent in AGENTS:
            (Path(folder) / agent).mkdir()
            # Their own budgets would allow the fifty of them 5 GB.
            made[agent] = a_bench(Path(folder) / agent, clock)
            made[agent].engine.factor = factor
        yield made


class Week:
    """Lives it slot by slot, and knows what the line has cost on each day, and what each agent was given."""

    def __init__(self, made: Mapping[AgentId, Bench], clock: SetClock, allowance: int) -> None:
        self._made, self._clock, self._allowance = made, clock, allowance
        self._source = random.Random(allowance)
        self.spent: dict[date, int] = {}
        self.given: dict[AgentId, list[Slot]] = {agent: [] for agent in made}
        self.by_hand: Counter[type] = Counter()
        self.by_hand_at: set[int] = set()

    def live(self) -> None:
        for bench in self._made.values():
            bench.tester.turn()
        for number in range(7):
            day = MONDAY + timedelta(days=number)
            before = self._line()
            self._live(number, day)
            self.spent[day] = self._line() - before

    def _live(self, number: int, day: date) -> None:
        begin_ms, end_ms = (strata.begins_ms(day + timedelta(days=more)) for more in (0, 1))
        morning_ms = begin_ms + 11 * 3_600_000
        self._tell(day, [stay for stay in roster() if stay.since_ms <= begin_ms], version=2 * number)
        self._live_between(begin_ms, morning_ms)
        # Whoever has arrived by now is on record, and told of the slots that are left.
        self._tell(day, roster(), version=2 * number + 1)
        self._live_between(morning_ms, end_ms)

    def _live_between(self, first_ms: int, last_ms: int) -> None:
        by_hand = {self._source.randrange(first_ms, last_ms - 600_000) for _ in range(BY_HAND // 2)}
        every = {slot.start_ms for theirs in self.given.values() for slot in theirs}
        for at_ms in sorted(by_hand | {one for one in every if first_ms <= one < last_ms}):
            self._clock.advance(max(at_ms - self._clock.now().wall_ms, 0) / 1000)
            if at_ms in by_hand:
                self._ask_by_hand()
            else:
                self._attend(at_ms)

    def _tell(self, day: date, everybody: Sequence[slots.Stay], *, version: int) -> None:
        begin_ms = strata.begins_ms(day)
        dealt = slots.deal(SITE, day, everybody, self._allowance)
        for agent, bench in self._made.items():
            theirs = dealt.get(agent)
            word = Desired(
                version=version,
                issued_ms=begin_ms,
                tests=theirs.slots if theirs else (),
                shares=(theirs.share,) if theirs else (),
            )
            assert bench.wanted.hear(encode_desired(word))
            self.given[agent] = [slot for slot in self.given[agent] if slot.start_ms < begin_ms]
            self.given[agent] += word.tests

    def _attend(self, start_ms: int) -> None:
        line_ms = self._source.choice((QUIET_MS, QUIET_MS, BUSY_MS))
        for bench in self._made.values():
            bench.line.trips_ms = line_ms
        while self._clock.now().wall_ms < start_ms + strata.LENGTH_S * 1000 - 60_000:
            for bench in self._made.values():
                bench.tester.turn()
            self._clock.advance(1)

    def _ask_by_hand(self) -> None:
        now_ms = self._clock.now().wall_ms
        stand = [stay.agent for stay in roster() if stay.holds(now_ms)]
        bench = self._made[self._source.choice(stand)]
        self.by_hand_at.add(now_ms)
        self.by_hand[type(bench.tester._test.make("server", slots.BUSY_BYTES))] += 1

    def _line(self) -> int:
        return sum(bench.engine.spent["server"] for bench in self._made.values())


@contextmanager
def a_week(
    tmp_path: Path, allowance: int, *, factor: float = 1.05
) -> Iterator[tuple[Week, Mapping[AgentId, Bench]]]:
    clock = SetClock(boot=BOOT, boot_ms=0, wall_ms=strata.begins_ms(MONDAY), synchronised=True)
    with benches(tmp_path, clock, factor) as made:
        week = Week(made, clock, allowance)
        week.live()
        yield week, made


@pytest.mark.parametrize("allowance", [slots.SITE_BYTES, slots.METERED_BYTES])
def test_no_day_costs_more_than_the_site_may_spend_and_each_tests_in_its_own_slots(
    tmp_path: Path, allowance: int
) -> None:
    with a_week(tmp_path, allowance) as (week, made):
        assert len(week.spent) == 7
        assert all(0.3 * allowance < cost <= allowance for cost in week.spent.values()), week.spent
        tests = 0
        for agent, bench in made.items():
            for began, _ in bench.engine.when:
                if began not in week.by_hand_at:
                    tests += 1
                    assert any(
                        slot.start_ms <= began <= slot.latest_ms + TEST_S * 1000 for slot in week.given[agent]
                    ), (agent, began)
        assert tests > 7 * 15
        every = sorted(slot.start_ms for theirs in week.given.values() for slot in theirs)
        assert all(later - one >= strata.LENGTH_S * 1000 for one, later in pairwise(every))
        found = [one for bench in made.values() for one in bench.found()]
        assert {one.reason for one in found if isinstance(one, NotMeasured)} <= {Reason.BUDGET_SPENT}
        busy = Counter(one.line_busy for one in found if isinstance(one, Throughput))
        assert busy[True]
        assert busy[False]
        assert week.by_hand[Throughput]
        if allowance == slots.SITE_BYTES:
            # Every room tests in the busy hour of every day, but where a person has spent its share before.
            assert all(len(made[agent].engine.when) >= 7 for agent in AGENTS[2:48])
            assert all(len(made[agent].engine.when) >= 4 for agent in AGENTS[48:]), "from Wednesday on"


def test_an_engine_that_keeps_to_nothing_is_seen_in_the_site_s_bill(tmp_path: Path) -> None:
    with a_week(tmp_path, slots.METERED_BYTES, factor=1.6) as (week, _):
        assert max(week.spent.values()) > slots.METERED_BYTES, "so the week above can fail"
