"""One whole test over a line that exists on paper only."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.measurement import Reason
from roomreach.shape import fields_of
from roomreach_agent.engines import Ask
from roomreach_agent.engines.direction import Direction, Failed
from roomreach_agent.engines.machine import Machine
from roomreach_agent.engines.own.engine import PAYLOAD_SHARE, OwnEngine
from roomreach_agent.engines.own.transfers import Tick

PLENTY = 10**12

ROUTE = (
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
)


class Paper:
    """A steady line, which says no to whatever it is told to."""

    def __init__(self, down_mbps: float, up_mbps: float, refuses: Direction | None = None) -> None:
        self.rates = {Direction.DOWNLOAD: down_mbps * 125_000, Direction.UPLOAD: up_mbps * 125_000}
        self.refuses = refuses
        self.asked: dict[Direction, int] = {}
        self.buffered = 0

    def quiet_trips_ms(self) -> Sequence[float]:
        return (12.0, 11.0, 90.0)

    def moved(self) -> int:
        return self.sent + self.buffered

    def run(self, direction: Direction, most_bytes: int) -> Iterator[Tick]:
        if direction is self.refuses:
            raise Failed(Reason.INTERCEPTED)
        self.asked[direction] = most_bytes
        self.sent = 0
        for n in range(1, 300):
            self.sent = arrived = min(most_bytes, int(self.rates[direction] * n * 0.05))
            yield Tick(n * 0.05, arrived, (40.0,))
            if arrived == most_bytes:
                return


def machine(root: Path, *, port: str | None = None, busy: tuple[float, float] = (0.0, 0.0)) -> Machine:
    """A machine that is so busy in the download, and in the upload, of which each takes a second."""
    (root / "proc/net").mkdir(parents=True)
    (root / "proc/net/route").write_text(ROUTE)
    (root / "sys/class/net/eth0").mkdir(parents=True)
    if port:
        (root / "sys/class/net/eth0/speed").write_text(port)
    down, up = busy
    used = iter((0.0, down, down, down + up))
    seconds = iter(range(100))
    return Machine(root=root, clock=lambda: float(next(seconds)), process_time=lambda: next(used))


def test_a_steady_line_is_measured_with_confidence(tmp_path: Path) -> None:
    found = OwnEngine(lambda _: Paper(38, 9), machine(tmp_path)).test(Ask(target="server", most_bytes=PLENTY))
    assert found.download_mbps == pytest.approx(38, rel=0.01)
    assert found.upload_mbps == pytest.approx(9, rel=0.01)
    assert (found.idle_ms, found.download_loaded_ms, found.upload_loaded_ms) == (12, 40, 40)
    assert found.confident is True
    assert found.limited_by is None
    assert found.download_low_mbps is found.upload_high_mbps is None


def test_a_rate_that_fills_the_agent_s_port_says_nothing_of_the_line(tmp_path: Path) -> None:
    here = machine(tmp_path, port="100\n")
    found = OwnEngine(lambda _: Paper(94, 9), here).test(Ask(target="server", most_bytes=PLENTY))
    assert found.limited_by == "port"
    assert found.confident is False


@pytest.mark.parametrize("busy", [(1.0, 0.2), (0.2, 1.0)], ids=["in the download", "in the upload"])
def test_an_agent_without_processor_time_in_one_direction_says_so(
    tmp_path: Path, busy: tuple[float, float]
) -> None:
    here = machine(tmp_path, busy=busy)
    found = OwnEngine(lambda _: Paper(38, 9), here).test(Ask(target="server", most_bytes=PLENTY))
    assert found.limited_by == "cpu"
    assert found.confident is False


@pytest.mark.parametrize("direction", Direction)
def test_one_direction_that_fails_fails_the_test(tmp_path: Path, direction: Direction) -> None:
    paper = Paper(38, 9, refuses=direction)
    found = OwnEngine(lambda _: paper, machine(tmp_path)).test(Ask(target="server", most_bytes=PLENTY))
    assert found.reason is Reason.INTERCEPTED
    assert found.download_mbps is found.confident is None


@given(st.floats(0.1, 2000), st.floats(0.1, 2000), st.integers(100_000, 10**9), st.floats(0, 1))
def test_no_test_asks_for_more_bytes_than_it_may_cost(
    down: float, up: float, most_bytes: int, buffered: float
) -> None:
    paper = Paper(down, up)
    paper.buffered = int(buffered * 0.2 * most_bytes)
    found = OwnEngine(lambda _: paper).test(Ask(target="server", most_bytes=most_bytes))
    paid = (found.download_bytes or 0) + paper.buffered + paper.asked[Direction.UPLOAD]
    assert paid <= PAYLOAD_SHARE * most_bytes
    assert (found.download_bytes or 0) + (found.upload_bytes or 0) <= most_bytes
    assert [field.name for field in fields_of(type(found)) if field.fault(getattr(found, field.name))] == []
