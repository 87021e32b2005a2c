"""When a wall clock may be believed."""

import pytest

from examples import TAKEN_MS
from outboxes import NEXT_BOOT, a_clock
from roomreach_agent.clock import SetClock
from roomreach_agent.gate import Gate, Trust

DAY_MS = 86_400_000


def decided(gate: Gate, clock: SetClock, *, waited_ms: int = 0) -> Trust:
    return gate.decide(clock.now(), kernel_synchronised=clock.kernel_synchronised(), waited_ms=waited_ms)


def test_a_clock_nobody_vouches_for_is_waited_for() -> None:
    assert decided(Gate(), a_clock(synchronised=False)) is Trust.WAIT


def test_the_kernel_s_word_is_enough() -> None:
    assert decided(Gate(), a_clock()) is Trust.DATE


def test_the_host_s_word_is_enough() -> None:
    assert decided(Gate(kept_by_host=True), a_clock(synchronised=False)) is Trust.DATE


@pytest.mark.parametrize(
    ("off_ms", "trust"),
    [
        (0, Trust.DATE),
        (5_000, Trust.DATE),
        (-5_000, Trust.DATE),
        (5_001, Trust.WAIT),
        (-5_001, Trust.WAIT),
        (3_600_000, Trust.WAIT),
    ],
)
def test_a_server_that_agrees_within_5_seconds_opens_the_gate(off_ms: int, trust: Trust) -> None:
    gate, clock = Gate(), a_clock(synchronised=False)
    gate.heard(TAKEN_MS + off_ms, clock.now())
    assert decided(gate, clock) is trust


def test_a_clock_once_vouched_for_stays_so_in_this_boot_and_in_no_other() -> None:
    gate, clock = Gate(), a_clock()
    decided(gate, clock)
    clock.synchronised = False  # the line has been down for so long that the kernel no longer says so
    gate.heard(TAKEN_MS + 3_600_000, clock.now())
    assert decided(gate, clock) is Trust.DATE
    clock.reboot(boot=NEXT_BOOT, wall_ms=TAKEN_MS)
    assert decided(gate, clock) is Trust.WAIT


def test_the_wait_is_over_after_a_day() -> None:
    gate, clock = Gate(), a_clock(synchronised=False)
    assert decided(gate, clock, waited_ms=DAY_MS - 1) is Trust.WAIT
    assert decided(gate, clock, waited_ms=DAY_MS) is Trust.GIVE_UP
    clock.synchronised = True
    assert decided(gate, clock, waited_ms=DAY_MS) is Trust.DATE


def test_nobody_is_believed_about_a_time_before_2020() -> None:
    clock = a_clock(wall_ms=7)
    assert decided(Gate(kept_by_host=True), clock) is Trust.WAIT
