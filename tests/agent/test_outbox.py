"""What an outbox promises: nothing committed is lost, nothing changes once it may have been seen."""

import itertools
import math
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from examples import AGENT, MEASUREMENTS, TAKEN_MS
from outboxes import (
    BOOT,
    DAY_S,
    HOUR_S,
    NEXT_BOOT,
    QUICK_DISK,
    a_clock,
    an_outbox,
    put,
    read,
    stored,
    waiting,
)
from roomreach.errors import Misconfigured
from roomreach.measurement import Gateway, Health, NotMeasured, Reason
from roomreach.receipt import Receipt, Refusal, Refusing
from roomreach.report import LARGEST_BYTES
from roomreach.wire import digest
from roomreach_agent.clock import SetClock
from roomreach_agent.gate import Gate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "outbox.db"


@pytest.fixture
def quick_path(tmp_path: Path) -> Iterator[Path]:
    """A file for thousands of reports, on a disk that need not be waited for."""
    if not QUICK_DISK.is_dir():
        yield tmp_path / "outbox.db"
        return
    with tempfile.TemporaryDirectory(dir=QUICK_DISK) as folder:
        yield Path(folder) / "outbox.db"


def test_a_report_is_kept_whole_and_survives_a_new_start(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock) as outbox:
        kept = put(outbox, clock)
        name = outbox.id
    with an_outbox(path, clock) as outbox:
        assert outbox.id == name
        (report,) = read(outbox)
    assert kept is not None
    assert kept.key == report.key == (AGENT, name, 1)
    assert kept.payload == waiting_payload(report.sequence, path, clock)
    assert report.measurements == MEASUREMENTS
    assert (report.boot, report.boot_ms, report.taken_ms) == (BOOT, HOUR_S * 1000, TAKEN_MS)
    assert report.synchronised
    assert (report.highest, report.dropped, report.interval_s) == (1, 0, 60)


def waiting_payload(sequence: int, path: Path, clock: SetClock) -> bytes:
    with an_outbox(path, clock) as outbox:
        return waiting(outbox)[sequence]


def test_sequences_have_no_gap_and_never_go_back(path: Path) -> None:
    clock = a_clock()
    for _ in range(3):
        with an_outbox(path, clock) as outbox:
            put(outbox, clock, 2)
            # Nothing is left to count from: the counter must be remembered.
            outbox.accept(stored(outbox, *waiting(outbox)))
    with an_outbox(path, clock) as outbox:
        kept = put(outbox, clock)
    assert kept is not None
    assert kept.key.sequence == 7


def test_the_oldest_come_first_and_as_many_as_asked(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock) as outbox:
        put(outbox, clock, 5)
        assert [key.sequence for key in outbox.oldest(3)] == [1, 2, 3]


def test_a_round_s_time_is_when_it_began_not_when_it_was_kept(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock) as outbox:
        began = clock.now()
        clock.advance(20)
        outbox.put(MEASUREMENTS, began)
        assert read(outbox)[0].taken_ms == TAKEN_MS


def test_no_time_is_given_twice_even_when_the_clock_steps_back(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock) as outbox:
        for _ in range(3):
            outbox.put(MEASUREMENTS, clock.now())
        outbox.accept(stored(outbox, 1, 2, 3))
        clock.advance(60)
        clock.step(-60)
        outbox.put(MEASUREMENTS, clock.now())
        (report,) = read(outbox)
    assert report.taken_ms == TAKEN_MS + 3


# Receipts


def test_stored_reports_are_forgotten_and_only_those(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock) as outbox:
        put(outbox, clock, 6)
        answered = outbox.accept(
            Receipt(at_ms=TAKEN_MS, outbox=outbox.id, stored=((2, 3), (5, 2**60), (-5, 0)))
        )
        assert answered.stored == (2, 3, 5, 6)
        assert sorted(waiting(outbox)) == [1, 4]
        assert outbox.counts().stored == 4


def test_a_receipt_about_another_outbox_or_about_nothing_changes_nothing(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock) as outbox:
        put(outbox, clock, 2)
        other = "o-zzzzzzzzzz"
        assert outbox.accept(Receipt(at_ms=TAKEN_MS, outbox=other, stored=((1, 2),))).stored == ()  # type: ignore[arg-type]
        assert outbox.accept(Receipt(at_ms=TAKEN_MS, stored=((1, 2),))).stored == ()
        assert sorted(waiting(outbox)) == [1, 2]


def test_a_refused_report_is_forgotten_only_if_it_is_about_our_bytes(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock) as outbox:
        put(outbox, clock, 2)
        payload = waiting(outbox)[1]
        refused = (
            Refusing(1, digest(payload), Refusal.CONFLICT),
            Refusing(2, digest(payload), Refusal.CONFLICT),
            Refusing(2**70, digest(payload), Refusal.CONFLICT),
        )
        answered = outbox.accept(Receipt(at_ms=TAKEN_MS, outbox=outbox.id, refused=refused))
        assert answered.refused == (1,)
        assert sorted(waiting(outbox)) == [2]
        assert outbox.counts().refused == 1


def test_a_report_not_yet_published_cannot_be_answered(path: Path) -> None:
    clock = a_clock(synchronised=False)
    with an_outbox(path, clock) as outbox:
        put(outbox, clock, 2)
        assert outbox.accept(stored(outbox, 1, 2)).stored == ()
        assert outbox.counts().waiting == 2


# The clock


def test_reports_wait_while_nobody_vouches_for_the_clock(path: Path) -> None:
    clock = a_clock(synchronised=False)
    with an_outbox(path, clock) as outbox:
        assert put(outbox, clock, 3) is None
        assert outbox.issue() == 0
        assert outbox.oldest(10) == []
        assert outbox.counts().drafts == 3


def test_reports_that_waited_get_the_times_at_which_they_were_taken(path: Path) -> None:
    clock = a_clock(synchronised=False, wall_ms=TAKEN_MS - 90 * DAY_S * 1000)
    with an_outbox(path, clock) as outbox:
        put(outbox, clock, 3)
    with an_outbox(path, clock) as outbox:  # the agent, not the machine, starts anew
        clock.step(90 * DAY_S)
        clock.synchronised = True
        put(outbox, clock)
        assert outbox.issue() == 3
        reports = read(outbox)
    assert [report.taken_ms for report in reports] == [TAKEN_MS + 60_000 * n for n in range(4)]
    assert all(report.synchronised for report in reports)
    assert [report.highest for report in reports] == [4, 4, 4, 4]
    assert reports[0].measurements == MEASUREMENTS


def test_a_server_an_hour_away_opens_nothing_and_one_that_agrees_does(path: Path) -> None:
    clock, gate = a_clock(synchronised=False), Gate()
    with an_outbox(path, clock, gate=gate) as outbox:
        put(outbox, clock, 2)
        gate.heard(clock.now().wall_ms + HOUR_S * 1000, clock.now())
        assert outbox.issue() == 0
        gate.heard(clock.now().wall_ms + 4_000, clock.now())
        assert outbox.issue() == 2
        assert [report.synchronised for report in read(outbox)] == [True, True]


def test_after_a_day_reports_go_as_they_are_and_say_so(path: Path) -> None:
    wrong_ms = TAKEN_MS - 400 * DAY_S * 1000
    clock = a_clock(synchronised=False, wall_ms=wrong_ms)
    with an_outbox(path, clock) as outbox:
        put(outbox, clock)
        clock.advance(DAY_S - 61)
        assert outbox.issue() == 0
    with an_outbox(path, clock) as outbox:  # a new start of the agent does not start the wait anew
        clock.advance(1)
        assert outbox.issue() == 1
        assert put(outbox, clock) is not None
        reports = read(outbox)
    assert [report.taken_ms for report in reports] == [wrong_ms, wrong_ms + DAY_S * 1000]
    assert [report.synchronised for report in reports] == [False, False]


def test_a_machine_that_runs_for_long_before_its_first_report_has_not_waited_yet(path: Path) -> None:
    clock = SetClock(boot=BOOT, boot_ms=30 * DAY_S * 1000, wall_ms=TAKEN_MS, synchronised=False)
    with an_outbox(path, clock) as outbox:
        assert put(outbox, clock) is None


def test_reports_of_an_earlier_boot_are_never_dated_by_this_one_s_clock(path: Path) -> None:
    clock = a_clock(synchronised=False, wall_ms=5_000)
    with an_outbox(path, clock) as outbox:
        put(outbox, clock, 2)
    clock.reboot(boot=NEXT_BOOT, wall_ms=TAKEN_MS)
    clock.synchronised = True
    with an_outbox(path, clock) as outbox:
        put(outbox, clock)
        outbox.issue()
        reports = read(outbox)
    assert [report.taken_ms for report in reports] == [5_000, 65_000, TAKEN_MS]
    assert [report.synchronised for report in reports] == [False, False, True]
    assert [report.boot for report in reports] == [BOOT, BOOT, NEXT_BOOT]


def test_reports_of_an_earlier_boot_do_not_wait_for_what_cannot_help_them(path: Path) -> None:
    # An agent whose power is cut every evening would otherwise never send them.
    clock = a_clock(synchronised=False)
    with an_outbox(path, clock) as outbox:
        put(outbox, clock)
    clock.reboot(boot=NEXT_BOOT, wall_ms=TAKEN_MS)
    with an_outbox(path, clock) as outbox:
        assert put(outbox, clock) is None
        assert outbox.issue() == 1
        assert outbox.counts().drafts == 1


def test_a_clock_outside_the_wire_s_bounds_is_brought_within(path: Path) -> None:
    clock = a_clock(synchronised=False, wall_ms=-5)
    with an_outbox(path, clock) as outbox:
        put(outbox, clock)
        clock.step(10**11)
        put(outbox, clock)
        clock.advance(DAY_S)
        outbox.issue()
        first, second = read(outbox)
    assert first.taken_ms == 0
    assert second.taken_ms < 4_102_444_800_000


# Room


def test_a_full_outbox_drops_the_oldest_and_counts_it(quick_path: Path) -> None:
    clock = a_clock()
    with an_outbox(quick_path, clock, megabytes=0.3) as outbox:
        put(outbox, clock, 500)
        counts = outbox.counts()
        assert counts.highest == 500
        assert 0 < counts.dropped < 500
        assert sorted(waiting(outbox)) == list(range(counts.dropped + 1, 501))
        newest = read(outbox)[-1]
        assert newest.dropped == counts.dropped
        outbox.close()
    assert quick_path.stat().st_size <= 300_000
    with an_outbox(quick_path, clock, megabytes=0.3) as outbox:
        assert outbox.counts() == counts


def test_an_outbox_too_small_for_anything_still_keeps_the_newest(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock, megabytes=0.01) as outbox:
        put(outbox, clock, 3)
        assert sorted(waiting(outbox)) == [3]
        assert outbox.counts().dropped == 2


def test_reports_too_old_are_dropped_and_counted(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock, days=2) as outbox:
        put(outbox, clock, 2)
        clock.advance(DAY_S)
        put(outbox, clock)
        clock.advance(DAY_S)
        put(outbox, clock)
        assert sorted(waiting(outbox)) == [3, 4]
        assert outbox.counts().dropped == 2


def test_a_clock_nobody_vouches_for_drops_nothing_for_age(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock, days=2) as outbox:
        put(outbox, clock, 2)
    clock.reboot(boot=NEXT_BOOT, wall_ms=TAKEN_MS + 400 * DAY_S * 1000)
    with an_outbox(path, clock, days=2) as outbox:
        put(outbox, clock)
        assert outbox.counts().dropped == 0
        clock.synchronised = True
        put(outbox, clock)
        assert outbox.counts().dropped == 2


def test_a_drained_outbox_gives_its_space_back(quick_path: Path) -> None:
    clock = a_clock()
    with an_outbox(quick_path, clock) as outbox:
        put(outbox, clock, 3_000)
        outbox.accept(stored(outbox, *range(1, 3_001)))
        for _ in range(20):
            put(outbox, clock)
            outbox.accept(stored(outbox, *waiting(outbox)))
    assert quick_path.stat().st_size < 1_500_000


# What cannot be written


@pytest.mark.parametrize(
    "bad",
    [
        Health(cpu_percent=math.nan),
        NotMeasured(of="names", reason=Reason.TIMED_OUT, detail="x" * LARGEST_BYTES),
        Health(cpu_percent={1, 2}),  # type: ignore[arg-type]
    ],
)
def test_a_measurement_that_cannot_be_written_costs_itself_alone(path: Path, bad: Health) -> None:
    clock = a_clock()
    good = Gateway(sent=1, received=1)
    with an_outbox(path, clock) as outbox:
        outbox.put((good, bad), clock.now())
        (report,) = read(outbox)
    assert report.measurements[0] == good
    (lacking,) = report.measurements[1:]
    assert isinstance(lacking, NotMeasured)
    assert lacking.reason is Reason.IMPLAUSIBLE


def test_a_report_above_the_wire_s_bound_is_kept_empty_rather_than_in_the_way(path: Path) -> None:
    clock = a_clock()
    many = tuple(NotMeasured(of=f"k{n}", reason=Reason.TIMED_OUT, detail="x" * 200) for n in range(200))
    with an_outbox(path, clock) as outbox:
        outbox.put(many, clock.now())
        put(outbox, clock)
        first, second = read(outbox)
    assert first.measurements == ()
    assert second.measurements == MEASUREMENTS


# A file that is damaged


Damage = Callable[[Path], None]


def garbage(path: Path) -> None:
    path.write_bytes(b"\xde\xad\xbe\xef" * 5_000)


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def a_hole(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 4] = bytes(4096 * 3)
    path.write_bytes(content)


def the_last_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-4096:] = b"\xff" * 4096
    path.write_bytes(content)


def another_program_s(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE songs (title TEXT)")
    db.close()


def another_version_s(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def nameless(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM outbox")
    db.close()


@pytest.mark.parametrize(
    "damage", [garbage, half, a_hole, the_last_pages, another_program_s, another_version_s, nameless]
)
def test_a_damaged_file_is_set_aside_and_a_new_outbox_begun(
    path: Path, damage: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    clock = a_clock()
    with an_outbox(path, clock) as outbox:
        put(outbox, clock, 200)
        name = outbox.id
    damage(path)
    with an_outbox(path, clock) as outbox:
        assert outbox.id != name, "found at the start, before anything is lost by it"
        kept = put(outbox, clock)
        assert kept is not None
        assert kept.key.sequence == 1
    assert len(list(path.parent.glob("outbox.db.damaged-*"))) == 1
    assert "set aside" in caplog.text


def test_an_empty_file_is_a_new_outbox(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    clock = a_clock()
    with an_outbox(path, clock) as outbox:
        assert put(outbox, clock) is not None
    assert not list(path.parent.glob("*.damaged-*"))


def test_a_file_found_damaged_at_work_is_set_aside_too_and_no_round_is_lost(quick_path: Path) -> None:
    clock = a_clock()
    with an_outbox(quick_path, clock) as outbox:
        put(outbox, clock, 4_000)  # more than SQLite keeps in memory
        name = outbox.id
        with quick_path.open("r+b") as file:
            for offset in range(4096, quick_path.stat().st_size, 4096):
                file.seek(offset)
                file.write(b"\xff" * 4096)
        keys = outbox.oldest(10**6)
        assert keys == []
        assert outbox.id != name
        kept = put(outbox, clock)
        assert kept is not None
        assert kept.key.sequence == 1


def test_only_a_few_damaged_files_are_kept(path: Path) -> None:
    clock = a_clock()
    for _ in range(5):
        with an_outbox(path, clock) as outbox:
            put(outbox, clock)
        garbage(path)
    with an_outbox(path, clock):
        pass
    assert len(list(path.parent.glob("outbox.db.damaged-*"))) == 2


# Company


def test_an_outbox_has_one_agent(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock), pytest.raises(Misconfigured, match="another agent"), an_outbox(path, clock):
        pass


def test_rounds_and_receipts_may_come_from_different_threads(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock) as outbox:
        rounds = threading.Thread(target=lambda: put(outbox, clock, 300))
        rounds.start()
        while rounds.is_alive() or outbox.counts().waiting:
            outbox.accept(stored(outbox, *waiting(outbox)))
        rounds.join()
        assert outbox.counts().stored == outbox.counts().highest == 300


def test_after_it_is_closed_nothing_raises(path: Path) -> None:
    clock = a_clock()
    with an_outbox(path, clock) as outbox:
        outbox.close()
        assert put(outbox, clock) is None
        assert outbox.oldest(1) == []


def test_times_given_are_forgotten_after_very_many_reports(quick_path: Path) -> None:
    clock = a_clock()
    with an_outbox(quick_path, clock, megabytes=0.1) as outbox:  # a small file remembers 1,000
        for _ in itertools.repeat(None, 2_100):
            put(outbox, clock)
    with sqlite3.connect(quick_path) as db:
        (remembered,) = db.execute("SELECT count(*) FROM issued").fetchone()
    db.close()
    assert 1_000 <= remembered <= 2_000
