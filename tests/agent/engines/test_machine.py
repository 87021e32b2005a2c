"""Whether the agent itself was the limit."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach_agent.engines.machine import Machine, Spent, processor_ticks

ROUTE = (
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/route").write_text(ROUTE)
    (tmp_path / "sys/class/net/eth0").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("speed", "port"), [("100\n", 100), ("1000\n", 1000), ("-1\n", None), ("", None), ("fast\n", None)]
)
def test_a_port_is_as_fast_as_the_kernel_says(root: Path, speed: str, port: int | None) -> None:
    (root / "sys/class/net/eth0/speed").write_text(speed)
    assert Machine(root=root).port_mbps() == port


def test_a_radio_has_no_port(root: Path) -> None:
    (root / "sys/class/net/eth0/speed").write_text("100\n")
    (root / "sys/class/net/eth0/wireless").mkdir()
    assert Machine(root=root).port_mbps() is None


def test_without_a_way_out_there_is_no_port(tmp_path: Path) -> None:
    assert Machine(root=tmp_path).port_mbps() is None


def test_what_waited_was_not_busy() -> None:
    assert processor_ticks("cpu  100 20 30 800 40 5 5 0 0 0\ncpu0 …") == (160, 1000)


@given(st.text())
def test_any_text_gives_ticks_or_none(stat: str) -> None:
    busy, total = processor_ticks(stat)
    assert 0 <= busy <= total


def test_a_machine_without_time_left_was_the_limit() -> None:
    before = Spent(at_s=0, process_s=0, busy=0, total=0)
    assert Spent(at_s=10, process_s=1, busy=950, total=1000).exhausted_since(before)
    assert not Spent(at_s=10, process_s=1, busy=850, total=1000).exhausted_since(before)


def test_a_process_that_filled_its_one_core_was_the_limit() -> None:
    before = Spent(at_s=0, process_s=0, busy=0, total=0)
    assert Spent(at_s=10, process_s=9.5, busy=250, total=1000).exhausted_since(before)


def test_no_time_between_says_nothing() -> None:
    now = Spent(at_s=1, process_s=1, busy=5, total=9)
    assert not now.exhausted_since(now)
