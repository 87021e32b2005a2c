"""What a test may cost, and what it cost by the kernel's own count of every byte at the agent's end."""

import time
from pathlib import Path

import pytest

import testbed_link
from testbed_cost import moved
from testbed_link import linked
from testbed_pipe import Shape
from testbed_shapes import drawn
from testbed_truth import measured


@pytest.fixture(autouse=True)
def _namespaces() -> None:
    testbed_link.require()


def overspent(shape: Shape, folder: Path, *allowances: int) -> list[str]:
    """Test a line once for each allowance; say of which more than a twentieth too much was moved."""
    found = []
    with linked(shape) as link:
        for most_bytes in allowances:
            before = moved(link)
            [result] = measured(link, folder, 1, most_bytes).results
            # What was queued when the test ended is paid for too.
            time.sleep(shape.queue_ms / 1000 + 0.5)
            spent = moved(link) - before
            print(f"{shape}: {spent / 1e6:.2f} of {most_bytes / 1e6:g} MB, {result.reason or 'measured'}")
            if result.reason or spent > 1.05 * most_bytes:
                found.append(f"{spent} of {most_bytes} bytes on {shape}, {result.reason}")
    return found


def test_a_test_costs_no_more_than_it_may(tmp_path: Path) -> None:
    assert overspent(drawn(10, 30), tmp_path, 1_000_000, 4_000_000) == []


@pytest.mark.long
@pytest.mark.parametrize("mbps", [3, 10, 30])
@pytest.mark.parametrize("queue_ms", [100, 1_500])
def test_no_queue_makes_a_test_cost_more_than_it_may(tmp_path: Path, mbps: float, queue_ms: float) -> None:
    shape = Shape(mbps=mbps, delay_ms=10, queue_ms=queue_ms)
    assert overspent(shape, tmp_path, 1_000_000, 4_000_000, 14_000_000) == []
