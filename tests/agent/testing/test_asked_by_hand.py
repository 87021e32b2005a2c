"""A test asked for by hand obeys what every other test obeys."""

from pathlib import Path

import pytest

from outboxes import a_clock
from roomreach.errors import Unavailable
from roomreach.measurement import Reason, Throughput
from roomreach_agent.testing import now
from tester_bench import Bench, a_bench


def by_hand(bench: Bench) -> list[object]:
    return [one.reason or type(one) for one in now.test_now(bench.settings, bench.tools, bench.clock)]


def test_both_ends_are_tested_each_on_its_own_account(tmp_path: Path) -> None:
    bench = a_bench(tmp_path)
    assert by_hand(bench) == [Throughput, Throughput]
    assert bench.engine.spent == pytest.approx({"server": now.MOST_BYTES, "reference": 14_000_000}, abs=2)


def test_it_costs_no_more_than_the_share_that_the_agent_heard_of_last(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, reference="")
    bench.want(shares=[bench.share(30_000_000)])
    assert by_hand(bench) + by_hand(bench) + by_hand(bench) == [Throughput, Throughput, Reason.BUDGET_SPENT]
    assert bench.engine.spent["server"] <= 30_000_000


def test_nothing_is_published_unless_the_server_was_heard_to_allow_it(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, reference="")
    bench.engine.publishes = True
    assert by_hand(bench) == [Reason.NOT_ALLOWED_HERE]
    bench.want(shares=[bench.share(10**8)])
    assert by_hand(bench) == [Reason.NOT_ALLOWED_HERE]
    bench.want(shares=[bench.share(10**8)], may_publish=True)
    assert by_hand(bench) == [Throughput]


def test_it_waits_for_a_clock_that_somebody_vouches_for(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, a_clock(synchronised=False))
    with pytest.raises(Unavailable, match="vouches for this machine's clock"):
        by_hand(bench)
    assert bench.engine.asks == []
