"""What tests cost is written down before it is spent: no kill and no damage makes one free."""

import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from outboxes import DAY_S
from roomreach.desired import Share
from roomreach.errors import Unavailable
from roomreach.measurement import NotMeasured, Reason, Throughput
from roomreach_agent.testing.spending import Charge, Spending
from tester_bench import a_bench

MB = 1_000_000
NOW = 1_795_348_800_000
HOUR = 3_600_000


def account(folder: Path, megabytes: float = 50) -> Spending:
    return Spending(folder / "outbox.throughput.db", budget_bytes=int(megabytes * MB))


def charged(spending: Spending, most: float, *, hours: float = 0, passed: int | None = None) -> int | None:
    """Charge a test, end it, and give what it was granted."""
    charge = spending.charge("server", int(most * MB), least=MB, now_ms=NOW + round(hours * HOUR))
    if charge:
        spending.settle(charge, passed)
    return charge and charge.most_bytes


def test_any_24_hours_cost_no_more_than_the_budget(tmp_path: Path) -> None:
    spending = account(tmp_path)
    assert [charged(spending, 20, hours=hour) for hour in (0, 1, 2, 3)] == [
        20 * MB, 20 * MB, 10 * MB, None,
    ]  # fmt: skip
    assert charged(spending, 20, hours=23.9) is None
    assert charged(spending, 30, hours=24) == 20 * MB
    assert charged(spending, 30, hours=25) == 20 * MB


@pytest.mark.parametrize("seed", range(3))
def test_whatever_tests_cost_no_window_of_a_day_ever_exceeds_the_budget(tmp_path: Path, seed: int) -> None:
    source = random.Random(seed)
    spending = account(tmp_path)
    bills: list[tuple[float, int]] = []
    hour = 0.0
    for _ in range(60):
        hour += source.expovariate(1 / 3)
        at = NOW + round(hour * HOUR)
        charge = spending.charge("server", source.randrange(MB, 20 * MB), least=MB, now_ms=at)
        if charge:
            passed = source.choice([None, source.randrange(charge.most_bytes), charge.most_bytes])
            spending.settle(charge, passed)
            bills.append((at, charge.most_bytes if passed is None else passed))
    for start, _ in bills:
        assert sum(cost for at, cost in bills if start <= at < start + 24 * HOUR) <= 50 * MB
    assert len(bills) > 20


def test_what_the_kernel_counted_is_what_a_test_has_cost(tmp_path: Path) -> None:
    spending = account(tmp_path)
    charged(spending, 14, passed=3 * MB)
    assert spending.spent("server", NOW) == 3 * MB
    charged(spending, 14, passed=60 * MB)
    assert spending.spent("server", NOW) == 63 * MB, "more than it was given counts too"
    assert charged(spending, 1) is None


def test_where_nobody_counted_what_it_might_have_cost_stays_charged(tmp_path: Path) -> None:
    spending = account(tmp_path)
    charged(spending, 14, passed=None)
    assert spending.spent("server", NOW) == 14 * MB


def test_less_than_a_test_is_worth_is_not_granted(tmp_path: Path) -> None:
    assert charged(account(tmp_path, 1.5), 14) == 1_500_000
    assert charged(account(tmp_path, 0), 14) is None


def test_a_clock_put_back_makes_nothing_free(tmp_path: Path) -> None:
    spending = account(tmp_path)
    charged(spending, 50, hours=10, passed=50 * MB)
    assert charged(spending, 14, hours=-100) is None


def test_a_damaged_account_begins_anew_with_nothing_left_to_spend(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "outbox.throughput.db").write_bytes(os.urandom(4096))
    spending = account(tmp_path)
    assert charged(spending, 14) is None
    assert charged(spending, 14, hours=24.1) == 14 * MB
    assert "counts as spent" in caplog.text


def test_one_page_that_was_overwritten_costs_a_day_and_not_the_agent_for_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "outbox.throughput.db"
    spending = account(tmp_path)
    for hour in range(400):
        spending.keep_quiet_hour(hour, 9.0, forget_before=0)
    charged(spending, 14)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    again = account(tmp_path)
    assert charged(again, 14) is None
    assert charged(again, 14, hours=24.1) == 14 * MB
    assert "counts as spent" in caplog.text


def test_damage_that_comes_while_the_agent_runs_is_found_at_the_next_try(tmp_path: Path) -> None:
    spending = account(tmp_path)
    charged(spending, 14)
    path = tmp_path / "outbox.throughput.db"
    path.write_bytes(path.read_bytes()[:4096] + b"\xa5" * (path.stat().st_size - 4096))
    with suppress(Unavailable):
        charged(spending, 1)
    assert charged(spending, 14) is None
    assert charged(spending, 14, hours=24.1) == 14 * MB


def test_of_budget_and_share_the_smaller_is_kept_and_each_target_has_its_own(tmp_path: Path) -> None:
    spending = account(tmp_path)
    day = Share(from_ms=NOW - HOUR, until_ms=NOW + 23 * HOUR, most_bytes=20 * MB)

    def most(target: str, hours: float, share: Share | None) -> int | None:
        charge = spending.charge(target, 18 * MB, least=MB, now_ms=NOW + round(hours * HOUR), share=share)
        return charge and charge.most_bytes

    assert [most("server", hours, day) for hours in (0, 1, 2)] == [18 * MB, 2 * MB, None]
    assert [most("reference", hours, None) for hours in (0, 1, 2)] == [18 * MB, 18 * MB, 14 * MB]
    tomorrow = Share(from_ms=day.until_ms, until_ms=day.until_ms + 24 * HOUR, most_bytes=60 * MB)
    assert most("server", 23, tomorrow) == 18 * MB
    assert most("server", 23.5, tomorrow) == 12 * MB, "any 24 hours cost no more than the budget"


def test_a_disk_that_takes_nothing_costs_the_test_and_not_the_agent(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be written"):
        account(tmp_path / "nowhere").spent("server", NOW)
    bench = a_bench(tmp_path / "nowhere")
    (measured,) = [bench.tester._test.make("server", 14 * MB)]
    assert isinstance(measured, NotMeasured)
    assert measured.reason is Reason.NOT_PERMITTED
    assert bench.engine.asks == []


def test_threads_and_processes_share_one_account(tmp_path: Path) -> None:
    accounts = [account(tmp_path, 40) for _ in range(4)]
    granted: list[int | None] = []
    threads = [
        threading.Thread(target=lambda one=one: granted.extend(charged(one, 1) for _ in range(20)))
        for one in accounts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(cost or 0 for cost in granted) == 40 * MB


def test_only_one_process_of_a_machine_tests_at_once(tmp_path: Path) -> None:
    first, second = account(tmp_path), account(tmp_path)
    with first.exclusive() as ours:
        assert ours
        with second.exclusive() as theirs:
            assert not theirs
    with second.exclusive() as theirs:
        assert theirs


TESTS_FOR_EVER = """
import sys, time
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from outboxes import a_clock
from tester_bench import a_bench
bench = a_bench(Path(sys.argv[1]))
class Hangs:
    name, publishes = "own", False
    def test(self, ask):
        print("testing", flush=True)
        time.sleep(600)
bench.tools.engines["own"] = lambda *_: Hangs()
bench.tester.turn()
bench.want(bench.slot(0.001))
bench.clock.advance(1)
bench.tester.turn()
"""


def test_a_kill_in_the_middle_of_a_test_leaves_it_charged_said_and_not_repeated(tmp_path: Path) -> None:
    here = [str(Path(__file__).parents[2])]
    agent = subprocess.Popen(
        [sys.executable, "-c", TESTS_FOR_EVER, tmp_path, *here], stdout=subprocess.PIPE, text=True
    )
    assert agent.stdout
    with agent.stdout:
        assert agent.stdout.readline() == "testing\n"
        agent.send_signal(signal.SIGKILL)
    agent.wait(20)
    bench = a_bench(tmp_path)
    bench.clock.advance(2)
    assert bench.wanted.current, "what was wanted is on the disk"
    bench.until(bench.now() + 120_000)
    (said,) = bench.found()
    assert isinstance(said, NotMeasured)
    assert (said.target, said.reason) == ("server", Reason.PROBE_CRASHED)
    assert bench.engine.asks == []
    assert bench.tester._spending.spent("server", bench.now()) == 14 * MB


def test_when_the_budget_is_spent_it_is_said_and_a_day_later_there_are_tests_again(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, budget_mb=14.5)
    bench.tester.turn()
    bench.want(*(bench.slot(hours * 3600) for hours in (1, 2, 26)))
    bench.until(bench.now() + 27 * HOUR)
    first, second, third = bench.found()
    assert isinstance(first, Throughput)
    assert isinstance(third, Throughput)
    assert (type(second), second.reason) == (NotMeasured, Reason.BUDGET_SPENT)


def test_what_a_person_makes_as_root_is_the_agent_s(tmp_path: Path) -> None:
    folder = tmp_path / "agent"
    folder.mkdir()
    # Only root can make files that the agent could not write; whoever else runs this makes their own.
    owner = (12345, 12346) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(folder, *owner)
    spending = account(folder)
    with spending.exclusive():
        spending.spent("server", NOW)
    assert {(one.stat().st_uid, one.stat().st_gid) for one in folder.iterdir()} == {owner}
    assert len(list(folder.iterdir())) == 2


def test_the_slots_dealt_with_are_remembered(tmp_path: Path) -> None:
    assert account(tmp_path).dealt_until_ms(NOW) == NOW
    account(tmp_path).deal(NOW + 5)
    assert account(tmp_path).dealt_until_ms(NOW + DAY_S * 1000) == NOW + 5


def test_a_charge_is_on_the_disk_before_it_is_given(tmp_path: Path) -> None:
    assert isinstance(account(tmp_path).charge("server", MB, least=MB, now_ms=NOW), Charge)
    assert account(tmp_path).spent("server", NOW) == MB
