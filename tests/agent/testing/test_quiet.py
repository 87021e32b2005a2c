"""A line is busy when packets wait that did not use to."""

from pathlib import Path

import pytest

from outboxes import a_clock
from roomreach.measurement import Latency, Method
from roomreach_agent.testing.quiet import baseline, is_busy
from tester_bench import Bench, a_bench


def way(median_ms: float, target: str = "hub") -> Latency:
    return Latency(
        target=target,  # type: ignore[arg-type]
        method=Method.ICMP,
        sent=5,
        received=5,
        min_ms=median_ms,
        median_ms=median_ms,
        p95_ms=median_ms,
        spread_ms=0.0,
    )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return a_bench(tmp_path)


def busy(bench: Bench, trips_ms: float | None) -> bool | None:
    bench.line.trips_ms = trips_ms
    return bench.tester._quiet.busy()


@pytest.mark.parametrize(
    ("ms", "base_ms", "said"), [(12.9, 8, False), (13.1, 8, True), (129, 100, False), (131, 100, True)]
)
def test_a_round_trip_may_grow_by_5_ms_or_a_third(ms: float, base_ms: float, said: bool) -> None:
    assert is_busy(ms, base_ms) is said


def test_the_quiet_time_is_what_one_hour_in_twenty_is_below() -> None:
    assert baseline({}) is None
    assert baseline({1: 9.0}) == 9
    assert baseline({hour: float(hour) for hour in range(1, 101)}) == 5


def test_it_learns_from_the_rounds_and_not_from_other_anchors(bench: Bench) -> None:
    for _ in range(48):
        bench.tester.saw([way(8), way(1, "anchor_1")])
        bench.clock.advance(3600)
    assert busy(bench, 12) is False
    assert busy(bench, 40) is True


def test_an_agent_restarted_in_the_evening_remembers_the_quiet_of_the_week(
    bench: Bench, tmp_path: Path
) -> None:
    for _ in range(48):
        bench.tester.saw([way(8)])
        bench.clock.advance(3600)
    again = a_bench(tmp_path, bench.clock)
    assert busy(again, 40) is True


def test_after_a_week_a_line_that_is_slower_for_good_is_no_longer_busy(bench: Bench) -> None:
    bench.tester.saw([way(8)])
    for _ in range(7 * 24 + 1):
        bench.clock.advance(3600)
        bench.tester.saw([way(30)])
    assert busy(bench, 31) is False


def test_the_first_time_nothing_is_busy_and_without_an_answer_nobody_knows(bench: Bench) -> None:
    assert busy(bench, 500) is False
    assert busy(bench, None) is None


@pytest.mark.parametrize("server", ["http://127.0.0.1:8805", "http://localhost:8805", "http://[::1]:8805"])
def test_the_near_end_of_a_tunnel_tells_nothing_of_the_line(tmp_path: Path, server: str) -> None:
    assert busy(a_bench(tmp_path, server=server, latency={}), 500) is None
    assert busy(a_bench(tmp_path, server=server, latency={"hub": "127.0.0.1:8800"}), 500) is None
    known = a_bench(tmp_path, server=server, latency={"hub": "127.0.0.1", "anchor_1": "192.0.2.1"})
    assert busy(known, 8) is False


def test_nothing_is_learnt_while_the_clock_is_in_doubt(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, a_clock(synchronised=False))
    bench.tester.saw([way(8)])
    assert busy(bench, 500) is False


def test_an_hour_costs_the_disk_little(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[float] = []
    spending = bench.tester._spending
    keep = spending.keep_quiet_hour
    monkeypatch.setattr(
        spending, "keep_quiet_hour", lambda hour, ms, **more: (written.append(ms), keep(hour, ms, **more))
    )
    for ms in (9, 10, 8.5, 11, 9, 8.5, 20) * 8:
        bench.tester.saw([way(ms)])
    assert written == [9, 8.5]
