"""This machine's clocks, read for real."""

import time
from pathlib import Path

from outboxes import BOOT, NEXT_BOOT, a_clock
from roomreach_agent.clock import SystemClock


def test_the_clocks_of_this_machine_are_read() -> None:
    before, now, after = time.time() * 1000, SystemClock().now(), time.time() * 1000
    assert before - 1 <= now.wall_ms <= after + 1
    assert abs(now.boot_ms / 1000 - float(Path("/proc/uptime").read_text().split()[0])) < 1
    assert now.boot == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def test_asking_the_kernel_about_its_clock_changes_nothing() -> None:
    clock = SystemClock()
    assert [clock.kernel_synchronised() for _ in range(3)] == [clock.kernel_synchronised()] * 3


def test_a_step_moves_the_wall_clock_alone() -> None:
    clock = a_clock()
    before = clock.now()
    clock.step(-3600)
    assert (clock.now().boot_ms, clock.now().wall_ms) == (before.boot_ms, before.wall_ms - 3_600_000)
    clock.advance(1.5)
    assert (clock.now().boot_ms, clock.now().wall_ms) == (before.boot_ms + 1500, before.wall_ms - 3_598_500)


def test_a_new_boot_starts_counting_anew_and_nobody_vouches_for_its_clock() -> None:
    clock = a_clock()
    assert clock.now().boot == BOOT
    clock.reboot(boot=NEXT_BOOT, wall_ms=7)
    assert (clock.now().boot, clock.now().boot_ms, clock.now().wall_ms) == (NEXT_BOOT, 0, 7)
    assert not clock.kernel_synchronised()
