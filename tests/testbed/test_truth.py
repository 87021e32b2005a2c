"""What the throughput test says of lines whose rate and delay we made ourselves."""

from pathlib import Path

import pytest

import testbed_link
from testbed_link import linked
from testbed_shapes import drawn
from testbed_truth import DIRECTIONS, HEADING, PLENTY, Outcomes, described, faults, measured

RUNS = 5
SHARE_THAT_CONVERGES = 0.8


@pytest.fixture(autouse=True)
def _namespaces() -> None:
    testbed_link.require()


def shown(*all_outcomes: Outcomes) -> None:
    print()
    print(HEADING)
    for one in all_outcomes:
        print(described(one))
        for direction in DIRECTIONS:
            for told in one.told(direction):
                if not told.converged:
                    print(f"  unconverged {direction}: {told}")


def test_the_rate_of_a_line_nobody_chose_is_found(tmp_path: Path) -> None:
    with linked(drawn(10, 30)) as link:
        found = measured(link, tmp_path, RUNS, PLENTY)
    shown(found)
    assert faults(found) == []
    assert found.converged >= SHARE_THAT_CONVERGES * RUNS * len(DIRECTIONS)
    # The judge itself is judged: an estimator that is off by a tenth must not pass.
    assert faults(found.as_if_off_by(1.1))
    assert faults(found.as_if_off_by(0.9))


def test_bytes_that_run_out_leave_bounds_that_hold_the_truth(tmp_path: Path) -> None:
    with linked(drawn(10, 30)) as link:
        found = measured(link, tmp_path, 2, 1_500_000)
    shown(found)
    assert found.converged == 0
    assert faults(found) == []


def test_bytes_that_run_out_late_leave_upper_bounds_too(tmp_path: Path) -> None:
    found = []
    for least_mbps, most_mbps, seconds in ((3, 4.5, 4.6), (3, 4.5, 4.8), (6.8, 8, 2.6)):
        shape = drawn(least_mbps, most_mbps)
        with linked(shape) as link:
            found.append(measured(link, tmp_path, 2, int(seconds * shape.mbps * 125_000)))
    shown(*found)
    assert [fault for one in found for fault in faults(one)] == []
    # On one line the rate may seem to rise to the end, each time; on all of them it does not.
    for direction in DIRECTIONS:
        assert any(told.high is not None for one in found for told in one.told(direction)), direction


@pytest.mark.long
def test_the_rates_of_many_lines_are_found(tmp_path: Path) -> None:
    found = []
    for least, most in ((2, 3), (3, 6), (10, 15), (15, 25), (25, 40), (40, 50)):
        for delay_ms in (0.5, 10, 20):
            with linked(drawn(least, most, delay_ms=delay_ms)) as link:
                found.append(measured(link, tmp_path, RUNS, PLENTY))
            shown(found[-1])
    shown(*found)
    fast = [one for one in found if one.shape.mbps >= 10]
    converged, all_of_them = sum(one.converged for one in fast), len(fast) * RUNS * len(DIRECTIONS)
    print(f"{converged} of {all_of_them} converged from 10 Mbit/s up")
    assert [fault for one in found for fault in faults(one)] == []
    assert converged >= SHARE_THAT_CONVERGES * all_of_them
