"""An agent tests when it is its turn, once, and says so when it did not."""

from pathlib import Path

import pytest

from outboxes import BOOT, a_clock
from roomreach.errors import Unavailable
from roomreach.measurement import NotMeasured, Outcome, Reason, Throughput
from roomreach_agent.clock import SystemClock
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.testing.finished import MOST, Finished
from roomreach_agent.testing.one_test import LEAST_BYTES, WIFI_BYTES, not_measured
from servers import wait_until
from tester_bench import BUSY_MS, QUIET_MS, TEST_S, Bench, a_bench, running

MINUTE = 60


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = a_bench(tmp_path)
    made.tester.turn()
    return made


def reasons(bench: Bench) -> list[tuple[str | None, Reason]]:
    return [(one.target, one.reason) for one in bench.found() if isinstance(one, NotMeasured)]


def test_it_waits_for_its_slot_and_tests_once(bench: Bench) -> None:
    slot = bench.slot(10 * MINUTE)
    assert bench.want(slot)
    bench.until(slot.start_ms - 1)
    assert bench.engine.asks == []
    bench.until(slot.start_ms + 20 * MINUTE * 1000)
    (found,) = bench.found()
    assert isinstance(found, Throughput)
    assert (found.waited_s, found.line_busy, found.download_mbps) == (0, False, 30)
    assert found.spent_bytes == pytest.approx(14_000_000, abs=2)
    assert [ask.most_bytes for ask in bench.engine.asks] == [int(14_000_000 / 1.05)]


def test_the_line_and_the_wi_fi_are_tested_back_to_back_and_the_line_has_the_whole_slot(bench: Bench) -> None:
    bench.want(slot := bench.slot(MINUTE, pair=True))
    bench.until(slot.start_ms + MINUTE * 1000)
    line, wifi = bench.found()
    assert (line.target, wifi.target) == ("server", "reference")  # type: ignore[attr-defined]
    assert (wifi.waited_s, bench.engine.when[1][0] - bench.engine.when[0][1]) == (TEST_S, 0)  # type: ignore[attr-defined]
    assert line.spent_bytes == pytest.approx(slot.most_bytes, abs=2)  # type: ignore[attr-defined]
    assert wifi.spent_bytes == pytest.approx(WIFI_BYTES, abs=2)  # type: ignore[attr-defined]


def test_a_day_of_tests_of_the_wi_fi_takes_nothing_from_the_line(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, budget_mb=28)
    bench.tester.turn()
    bench.want(
        *(bench.slot(hours * 3600, pair=True) for hours in range(1, 4)), shares=[bench.share(42_000_000)]
    )
    bench.until(bench.now() + 4 * 3600 * 1000)
    kept = [(one.of if isinstance(one, NotMeasured) else one.kind, one.target) for one in bench.found()]  # type: ignore[attr-defined]
    assert kept == [("throughput", "server"), ("throughput", "reference")] * 3
    assert [ask.target for ask in bench.engine.asks] == ["server", "reference"] * 2, "28 MB each pay for two"


def test_an_end_that_no_setting_names_is_passed_over(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, reference="")
    bench.tester.turn()
    bench.want(slot := bench.slot(MINUTE, pair=True))
    bench.until(slot.start_ms + MINUTE * 1000)
    assert [one.target for one in bench.found()] == ["server"]  # type: ignore[attr-defined]


def test_an_agent_whose_settings_name_nobody_says_so(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, server="", reference="")
    bench.tester.turn()
    bench.want(slot := bench.slot(MINUTE, pair=True))
    bench.until(slot.start_ms + MINUTE * 1000)
    assert reasons(bench) == [("server", Reason.NOT_CONFIGURED)]


# Politeness


def test_a_busy_line_is_waited_for(bench: Bench) -> None:
    bench.want(quiet := bench.slot(MINUTE), slot := bench.slot(30 * MINUTE))
    bench.until(quiet.start_ms + MINUTE * 1000)
    bench.line.trips_ms = BUSY_MS
    bench.until(slot.start_ms + 20_000)
    assert len(bench.engine.asks) == 1
    bench.line.trips_ms = QUIET_MS
    bench.until(slot.start_ms + 3 * MINUTE * 1000)
    _, found = bench.found()
    assert isinstance(found, Throughput)
    assert (found.waited_s, found.line_busy) == (30, False)


def test_a_line_that_stays_busy_gets_a_small_test_that_says_so(bench: Bench) -> None:
    bench.want(quiet := bench.slot(MINUTE), slot := bench.slot(30 * MINUTE, pair=True))
    bench.until(quiet.start_ms + MINUTE * 1000)
    bench.line.trips_ms = BUSY_MS
    bench.until(slot.start_ms + 3 * MINUTE * 1000)
    _, wifi, line = bench.found()
    assert isinstance(line, Throughput)
    assert isinstance(wifi, Throughput)
    assert (line.line_busy, line.waited_s) == (True, 45)
    assert (wifi.line_busy, wifi.waited_s, wifi.target) == (True, 45 + TEST_S, "reference")
    assert [round(ask.most_bytes * 1.05) for ask in bench.engine.asks[1:]] == pytest.approx(
        [LEAST_BYTES] * 2, abs=2
    )


def test_a_slot_too_short_for_a_small_test_says_that_the_line_was_busy(bench: Bench) -> None:
    bench.want(quiet := bench.slot(MINUTE), slot := bench.slot(30 * MINUTE, window_s=2))
    bench.until(quiet.start_ms + MINUTE * 1000)
    assert len(bench.found()) == 1
    bench.line.trips_ms = BUSY_MS
    bench.until(slot.start_ms + MINUTE * 1000)
    assert reasons(bench) == [("server", Reason.LINE_BUSY)]


def test_where_nobody_can_be_timed_the_test_is_made_and_says_that_it_does_not_know(bench: Bench) -> None:
    bench.line.trips_ms = None
    bench.want(slot := bench.slot(MINUTE))
    bench.until(slot.start_ms + MINUTE * 1000)
    (found,) = bench.found()
    assert isinstance(found, Throughput)
    assert found.line_busy is None


# What keeps it from testing


def test_slots_that_pass_without_a_test_are_said_and_not_made_up_for(bench: Bench) -> None:
    bench.want(*(bench.slot(hours * 3600, pair=hours == 2) for hours in (1, 2, 3)))
    bench.clock.advance(2.5 * 3600)
    bench.tester.turn()
    assert reasons(bench) == [("server", Reason.TIMED_OUT), ("reference", Reason.TIMED_OUT)]
    assert bench.engine.asks == []
    bench.until(bench.now() + 3600 * 1000)
    assert len(bench.engine.asks) == 1


def test_what_was_wanted_before_the_agent_ever_ran_was_not_missed(tmp_path: Path) -> None:
    bench = a_bench(tmp_path)
    bench.want(bench.slot(-3600), bench.slot(MINUTE))
    bench.until(bench.now() + 3 * MINUTE * 1000)
    assert [one.outcome for one in bench.found()] == [Outcome.OK]


def test_no_test_before_the_clock_can_be_trusted(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, a_clock(synchronised=False))
    bench.want(slot := bench.slot(MINUTE), later := bench.slot(3600))
    bench.until(slot.start_ms + 5 * MINUTE * 1000)
    assert (bench.engine.asks, bench.found()) == ([], [])
    bench.clock.synchronised = True
    bench.until(later.start_ms + MINUTE * 1000)
    assert [one.outcome for one in bench.found()] == [Outcome.OK]


def test_a_second_test_that_would_come_too_late_is_left_to_the_others_of_the_site(bench: Bench) -> None:
    bench.want(slot := bench.slot(MINUTE, pair=True, window_s=0))
    bench.engine.takes_s = 40
    bench.until(slot.start_ms + 3 * MINUTE * 1000)
    assert len(bench.engine.asks) == 1
    assert reasons(bench) == [("reference", Reason.TIMED_OUT)]


def test_a_plan_that_changes_counts_from_then_on(bench: Bench) -> None:
    bench.want(bench.slot(600), version=1)
    bench.want(slot := bench.slot(300), version=2)
    bench.until(slot.start_ms + 600_000)
    assert [began for began, _ in bench.engine.when] == [slot.start_ms]


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        (ProbeFailed(Reason.SERVER_BUSY, "no place free"), Reason.SERVER_BUSY),
        (RuntimeError("192.0.2.7"), Reason.PROBE_CRASHED),
    ],
)
def test_a_test_that_fails_is_said_and_costs_what_it_cost(
    bench: Bench, failing: Exception, reason: Reason
) -> None:
    bench.engine.failing, bench.engine.factor = failing, 0.1
    bench.want(slot := bench.slot(MINUTE))
    bench.until(slot.start_ms + MINUTE * 1000)
    (found,) = bench.found()
    assert isinstance(found, NotMeasured)
    assert (found.reason, "192.0.2.7" in found.detail) == (reason, False)
    assert bench.tester._spending.spent("server", bench.now()) == bench.kernel.passed


@pytest.mark.parametrize(
    ("the_server", "settings_forbid", "refused"),
    [(True, False, False), (True, True, True), (False, False, True), (False, True, True)],
)
def test_an_engine_that_publishes_is_started_only_where_the_server_and_the_settings_allow_it(
    tmp_path: Path, the_server: bool, settings_forbid: bool, refused: bool
) -> None:
    bench = a_bench(tmp_path, confidential=settings_forbid)
    bench.tester.turn()
    bench.engine.publishes = True
    bench.want(slot := bench.slot(MINUTE), shares=[bench.share(10**9)], may_publish=the_server)
    bench.until(slot.start_ms + MINUTE * 1000)
    assert (reasons(bench) == [("server", Reason.NOT_ALLOWED_HERE)]) is refused
    assert (bench.engine.asks == []) is refused


def test_what_the_server_allowed_on_another_day_allows_nothing_today(bench: Bench) -> None:
    bench.engine.publishes = True
    bench.want(shares=[bench.share(10**9, until_s=60)], may_publish=True)
    bench.clock.advance(61)
    (found,) = [bench.tester._test.make("server", 14_000_000)]
    assert isinstance(found, NotMeasured)
    assert found.reason is Reason.NOT_ALLOWED_HERE


# The site's bytes


def test_no_test_costs_more_than_is_left_of_the_share_whoever_asks_for_it(bench: Bench) -> None:
    bench.want(
        *(bench.slot(hours * 3600) for hours in (1, 2, 3)),
        shares=[bench.share(30_000_000), bench.share(14_000_000, since_s=23 * 3600, until_s=47 * 3600)],
    )
    bench.tester._test.make("server", 10_000_000)
    bench.until(bench.now() + 4 * 3600 * 1000)
    assert (bench.kernel.passed or 0) <= 30_000_000
    assert [one.outcome for one in bench.found()] == [Outcome.OK, Outcome.OK, Outcome.NOT_MEASURED]
    bench.clock.advance(20 * 3600)
    assert isinstance(bench.tester._test.make("server", 25_000_000), Throughput), "the next day has its own"


def test_a_share_of_another_day_pays_for_nothing(bench: Bench) -> None:
    bench.want(bench.slot(48 * 3600), shares=[bench.share(10**9)])
    bench.until(bench.now() + 49 * 3600 * 1000)
    assert reasons(bench) == [("server", Reason.BUDGET_SPENT)]


def test_an_end_is_said_once_when_the_disk_fails_while_it_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = a_bench(tmp_path)
    first.tester._spending.charge("server", 5_000_000, least=1, now_ms=first.now())
    bench = a_bench(tmp_path, first.clock)
    with monkeypatch.context() as failing:
        failing.setattr(bench.tester._spending, "interrupted", unavailable)
        with pytest.raises(Unavailable):
            bench.tester.turn()
    bench.tester.turn()
    assert reasons(bench) == [("server", Reason.PROBE_CRASHED)]


def unavailable() -> None:
    raise Unavailable("the disk is full")


def test_an_agent_that_stopped_in_the_middle_of_a_test_says_so_and_keeps_it_charged(
    tmp_path: Path,
) -> None:
    bench = a_bench(tmp_path)
    bench.tester.turn()
    assert bench.tester._spending.charge("reference", 5_000_000, least=1, now_ms=bench.now())
    again = a_bench(tmp_path, bench.clock)
    again.tester.turn()
    assert reasons(again) == [("reference", Reason.PROBE_CRASHED)]
    assert again.tester._spending.spent("reference", again.now()) == 5_000_000
    assert again.tester._spending.spent("server", again.now()) == 0
    third = a_bench(tmp_path, bench.clock)
    third.tester.turn()
    assert reasons(third) == []


def test_in_a_thread_of_its_own_it_wakes_when_it_is_wanted_and_stops_when_told(tmp_path: Path) -> None:
    bench = a_bench(tmp_path)
    now = SystemClock().now()
    bench.clock.step((now.wall_ms - bench.now()) / 1000)
    with running(bench):
        wait_until(lambda: bench.tester._until_ms is not None, "its first turn")
        bench.clock.advance(1)
        bench.want(bench.slot(-0.5))
        wait_until(lambda: bool(bench.engine.asks), "a test")
    assert not bench.tester._thread.is_alive()


def test_a_report_has_one_answer_to_each_question_and_the_next_waits() -> None:
    finished = Finished()
    for reason in (Reason.LINE_BUSY, Reason.TIMED_OUT):
        finished.put(not_measured("server", reason))
    finished.put(not_measured("reference", Reason.LINE_BUSY))
    assert [(one.target, one.reason) for one in finished.take()] == [  # type: ignore[attr-defined]
        ("server", Reason.LINE_BUSY),
        ("reference", Reason.LINE_BUSY),
    ]
    assert [one.reason for one in finished.take()] == [Reason.TIMED_OUT]  # type: ignore[attr-defined]
    assert finished.take() == ()


def test_what_no_round_takes_in_time_is_counted_and_said(caplog: pytest.LogCaptureFixture) -> None:
    finished = Finished()
    for number in range(MOST + 3):
        finished.put(not_measured("server", Reason.LINE_BUSY, str(number)))
    assert finished.dropped == 3
    assert "dropped: 3 so far" in caplog.text
    (oldest,) = finished.take()
    assert oldest.detail == "3"  # type: ignore[attr-defined]


def test_after_a_reboot_a_slot_is_not_kept_twice(bench: Bench, tmp_path: Path) -> None:
    bench.want(slot := bench.slot(MINUTE))
    bench.until(slot.start_ms)
    bench.clock.reboot(boot=BOOT[::-1], wall_ms=slot.start_ms + 5_000)
    bench.clock.synchronised = True
    again = a_bench(tmp_path, bench.clock)
    assert again.wanted.current == bench.wanted.current, "it knows from its disk what is wanted"
    again.until(slot.latest_ms)
    assert again.engine.asks == []
