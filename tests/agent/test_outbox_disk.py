"""An outbox on a disk that takes nothing more: a real one, of a megabyte, mounted for the test."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples import MEASUREMENTS
from outboxes import a_clock, an_outbox, put, read, stored, waiting
from roomreach_agent.clock import SetClock
from roomreach_agent.outbox import MOST_IN_MEMORY, Outbox


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounting.returncode:
        lacking = f"no disk can be mounted here: {mounting.stderr.strip()}"
        pytest.fail(lacking) if os.environ.get("ROOMREACH_REQUIRE") == "all" else pytest.skip(lacking)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", disk], check=True)


def fill(disk: Path) -> Path:
    """Fill what is left of a disk."""
    filler = disk / "somebody-else-s"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    return filler


def until_full(outbox: Outbox, clock: SetClock) -> int:
    """Put until the disk takes no more; gives how many it took."""
    while not outbox.counts().in_memory:
        put(outbox, clock)
    return outbox.counts().waiting


def test_a_full_disk_keeps_rounds_in_memory_says_so_once_and_once_when_it_is_over(
    disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = a_clock()
    with an_outbox(disk / "outbox.db", clock) as outbox:
        taken = until_full(outbox, clock)
        assert taken > 100
        put(outbox, clock, 10)
        assert outbox.counts().in_memory == 11
        assert len(waiting(outbox)) == taken, "what is committed can still be read"
        remount(disk, "size=8m")
        put(outbox, clock)
        assert outbox.counts().in_memory == 0
        assert [report.sequence for report in read(outbox)] == list(range(1, taken + 13))
        minutes = [report.taken_ms // 60_000 for report in read(outbox)]
        assert minutes == list(range(minutes[0], minutes[0] + taken + 12)), "each has its own time"
    said = [record.getMessage() for record in caplog.records]
    assert [("cannot be written" in line, "again" in line) for line in said] == [(True, False), (False, True)]
    assert "disk is full" in said[0]


def test_memory_is_bounded_and_what_it_cannot_hold_is_counted(disk: Path) -> None:
    clock = a_clock()
    with an_outbox(disk / "outbox.db", clock) as outbox:
        taken = until_full(outbox, clock)
        put(outbox, clock, MOST_IN_MEMORY + 30)
        assert outbox.counts().in_memory == MOST_IN_MEMORY
        assert outbox.counts().dropped == 31
        remount(disk, "size=8m")
        put(outbox, clock)
        # That one too pushed the oldest out.
        assert outbox.counts().dropped == 32
        assert outbox.counts().waiting == taken + MOST_IN_MEMORY
        assert read(outbox)[-1].dropped == 32
    with an_outbox(disk / "outbox.db", clock) as outbox:
        assert outbox.counts().dropped == 32


def test_receipts_on_a_full_disk_raise_nothing_and_can_be_given_again(disk: Path) -> None:
    clock = a_clock()
    with an_outbox(disk / "outbox.db", clock) as outbox:
        until_full(outbox, clock)
        fill(disk)
        outbox.accept(stored(outbox, *waiting(outbox)))
        remount(disk, "size=8m")
        outbox.accept(stored(outbox, *waiting(outbox)))
        assert waiting(outbox) == {}


def test_an_agent_that_starts_on_a_full_disk_measures_and_begins_an_outbox_later(disk: Path) -> None:
    clock = a_clock()
    filler = fill(disk)
    with an_outbox(disk / "outbox.db", clock) as outbox:
        assert outbox.id is None
        put(outbox, clock, 3)
        assert outbox.counts().in_memory == 3
        assert outbox.oldest(9) == []
        filler.unlink()
        put(outbox, clock)
        assert [report.sequence for report in read(outbox)] == [1, 2, 3, 4]
    assert not list(disk.glob("*.damaged-*"))


def test_an_outbox_that_was_there_survives_a_start_on_a_full_disk(disk: Path) -> None:
    clock = a_clock()
    with an_outbox(disk / "outbox.db", clock) as outbox:
        put(outbox, clock, 5)
        name = outbox.id
    filler = fill(disk)
    with an_outbox(disk / "outbox.db", clock) as outbox:
        put(outbox, clock)
        filler.unlink()
        put(outbox, clock)
        assert outbox.id == name
        assert sorted(waiting(outbox)) == [1, 2, 3, 4, 5, 6, 7]


def test_a_read_only_disk_is_survived_the_same_way(disk: Path) -> None:
    clock = a_clock()
    with an_outbox(disk / "outbox.db", clock) as outbox:
        put(outbox, clock)
    remount(disk, "ro")
    with an_outbox(disk / "outbox.db", clock) as outbox:
        outbox.put(MEASUREMENTS, clock.now())
        assert outbox.counts().in_memory == 1
        remount(disk, "rw")
        put(outbox, clock)
        assert sorted(waiting(outbox)) == [1, 2, 3]
    assert not list(disk.glob("*.damaged-*"))
