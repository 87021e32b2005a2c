"""What an operator corrects the collector works on: in steps, resumable, once however often it is done."""

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from collecting import (
    AGENT,
    NOW,
    NOW_MS,
    OUTBOX,
    PACE,
    ROOM,
    SITE,
    Bench,
    a_message,
    a_report,
    install,
    make_bench,
    place,
    reports_in,
)
from roomreach.errors import Conflict, NotFound, Refused, Unavailable
from roomreach.identifiers import AgentId, BuildingId, RoomId
from roomreach.moments import milliseconds
from roomreach.places import Installation, Role, Room
from roomreach.receipt import Refusal
from roomreach.report import Report
from roomreach_collector.collector import Collector
from roomreach_collector.memory import MemoryInbox
from roomreach_hub.minting import new
from roomreach_store import operating
from roomreach_store.operating import Install
from roomreach_store.records import Records, correcting, jobs, kept, places, quarantine
from roomreach_store.records.jobs import Job, Outcome
from roomreach_store.records.quarantine import Entry
from roomreach_store.series import Question, SeriesStore
from roomreach_store.series.opening import open_series

OTHER = RoomId("r-other222")
HOUR = timedelta(hours=1)
ASKED_MS = NOW_MS - 60_000


def another_room(records: Records) -> None:
    with records.transaction() as c:
        places.add_room(c, Room(id=OTHER, building=BuildingId("b-tests222"), label="2"))


def correct(records: Records, since: datetime, until: datetime | None = None, room: RoomId = OTHER) -> int:
    with records.transaction() as c:
        stay = Installation(agent=AGENT, room=room, role=Role.ROOM, since=since, until=until)
        return correcting.correct(c, stay, ASKED_MS)


def taken_at(moment: datetime, sequence: int, **changed: object) -> Report:
    return a_report(sequence, taken_ms=milliseconds(moment), **changed)


def rooms_of(series: SeriesStore) -> dict[str, set[int]]:
    """Room by room, the sequences of the reports that stand there."""
    question = Question(series="report", columns=("sequence",), start_ms=0, end_ms=2**52)
    return {track.room: {int(values[0] or 0) for _, values in track.rows} for track in series.read(question)}


def settle(bench: Bench) -> None:
    bench.collector.turn()
    while bench.collector._jobs.busy or bench.collector._placing.busy:
        bench.collector.turn()


def the_job(records: Records, number: int) -> Job:
    with records.reading() as c:
        return jobs.job(c, number)


@pytest.fixture
def moved(bench: Bench) -> Bench:
    """A report every half hour for two days, all in the first room."""
    another_room(bench.records)
    bench.take_in(*(a_message(taken_at(NOW - n * HOUR / 2, n)) for n in range(1, 97)))
    assert rooms_of(bench.series) == {ROOM: set(range(1, 97))}
    return bench


def test_points_stored_since_a_moment_in_the_past_are_put_in_the_other_room(moved: Bench) -> None:
    number = correct(moved.records, NOW - 20 * HOUR)
    settle(moved)
    assert rooms_of(moved.series) == {OTHER: set(range(1, 41)), ROOM: set(range(41, 97))}
    assert the_job(moved.records, number).outcome is Outcome.DONE
    moved.take_in(a_message(taken_at(NOW, 200)), a_message(taken_at(NOW - 30 * HOUR, 201)))
    assert rooms_of(moved.series)[OTHER] == {*range(1, 41), 200}


def test_points_stored_since_an_agent_was_put_elsewhere_are_put_there_too(moved: Bench) -> None:
    with moved.records.transaction() as c:
        asked = Install(site=SITE, room=OTHER, since=NOW - 20 * HOUR, agent=AGENT)
        operating.install(c, asked, new, ASKED_MS)
    settle(moved)
    assert rooms_of(moved.series) == {OTHER: set(range(1, 41)), ROOM: set(range(41, 97))}


def test_a_stay_with_an_end_leaves_what_came_after_it(moved: Bench) -> None:
    correct(moved.records, NOW - 20 * HOUR, NOW - 10 * HOUR)
    settle(moved)
    assert rooms_of(moved.series)[OTHER] == set(range(21, 41))
    correct(moved.records, NOW - 20 * HOUR, NOW - 10 * HOUR, ROOM)
    settle(moved)
    assert rooms_of(moved.series) == {ROOM: set(range(1, 97))}


def test_what_was_kept_whole_and_what_was_stored_both_find_their_room(unplaced_bench: Bench) -> None:
    bench = unplaced_bench
    another_room(bench.records)
    install(bench.records, since=NOW - 5 * HOUR)
    bench.take_in(*(a_message(taken_at(NOW - n * HOUR, n)) for n in range(1, 11)))
    assert rooms_of(bench.series) == {ROOM: set(range(1, 6))}
    correct(bench.records, NOW - 8 * HOUR, NOW - 3 * HOUR)
    settle(bench)
    assert rooms_of(bench.series) == {ROOM: {1, 2, 3}, OTHER: set(range(4, 9))}
    with bench.records.reading() as c:
        assert sum(kept.counts(c).values()) == 2


def test_two_corrections_asked_at_once_end_as_the_register_stands(moved: Bench) -> None:
    correct(moved.records, NOW - 20 * HOUR)
    correct(moved.records, NOW - 10 * HOUR, room=ROOM)
    settle(moved)
    assert rooms_of(moved.series)[OTHER] == set(range(21, 41))


def test_a_job_waits_until_no_collector_can_still_write_by_an_older_register(moved: Bench) -> None:
    with moved.records.transaction() as c:
        stay = Installation(agent=AGENT, room=OTHER, role=Role.ROOM, since=NOW - HOUR)
        correcting.correct(c, stay, NOW_MS)
    settle(moved)
    assert OTHER not in rooms_of(moved.series)


def test_what_waits_to_be_written_goes_where_a_correction_meanwhile_says(moved: Bench) -> None:
    other = Collector(MemoryInbox(), moved.records, moved.series, clock=lambda: NOW_MS, pace=PACE)
    write, told = moved.series.write, []

    def away(_: object) -> None:
        # The other collector finds the store again, does all that was asked, and then we do.
        moved.series.write = write  # type: ignore[method-assign]
        told.append(correct(moved.records, NOW - 20 * HOUR))
        other._inbox.start()
        settle(replace(moved, collector=other))
        raise Unavailable("planted")

    moved.series.write = away  # type: ignore[method-assign]
    moved.take_in(a_message(taken_at(NOW - HOUR / 4, 200)))
    assert the_job(moved.records, told[0]).outcome is Outcome.DONE
    assert rooms_of(moved.series) == {OTHER: {*range(1, 41), 200}, ROOM: set(range(41, 97))}
    assert moved.told[a_report(200).key] == [(None, None)]


def test_while_the_store_is_away_a_job_waits_and_messages_are_taken_in_all_the_same(moved: Bench) -> None:
    number = correct(moved.records, NOW - 20 * HOUR)
    moved.series.replace = refusing(Unavailable("planted"))  # type: ignore[method-assign]
    moved.collector.turn()
    moved.take_in(a_message(taken_at(NOW, 200)))
    assert the_job(moved.records, number).outcome is None
    del moved.series.replace
    moved.collector._place_from = 0.0
    settle(moved)
    assert rooms_of(moved.series)[OTHER] == {*range(1, 41), 200}


@pytest.mark.parametrize("error", [Refused("it cannot delete"), RuntimeError("planted")])
def test_a_job_that_cannot_be_done_ends_and_says_why_and_the_next_is_done(
    moved: Bench, error: Exception
) -> None:
    moved.series.replace = refusing(error)  # type: ignore[method-assign]
    number = correct(moved.records, NOW - 20 * HOUR)
    settle(moved)
    job = the_job(moved.records, number)
    assert job.outcome is Outcome.REFUSED
    assert ("it cannot delete" in str(job.detail)) == isinstance(error, Refused)
    assert "planted" not in str(job.detail)
    del moved.series.replace
    correct(moved.records, NOW - 2 * HOUR)
    settle(moved)
    assert rooms_of(moved.series)[OTHER] == {1, 2, 3, 4}


def refusing(error: Exception) -> Callable[..., int]:
    def replace(*_: object) -> int:
        raise error

    return replace


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from collecting import NOW_MS, PACE
from roomreach_collector.collector import Collector
from roomreach_collector.memory import MemoryInbox
from roomreach_store.records import Records
from roomreach_store.series.opening import open_series

records, series, left = Records.open(sys.argv[2]), open_series(sys.argv[3]), int(sys.argv[4])
replace = series.replace

def watched(*words):
    global left
    left -= 1
    if left == 0: os.kill(os.getpid(), signal.SIGKILL)
    moved = replace(*words)
    left -= 1
    if left == 0: os.kill(os.getpid(), signal.SIGKILL)
    return moved

series.replace = watched
inbox = MemoryInbox()
inbox.start()
collector = Collector(inbox, records, series, clock=lambda: NOW_MS, pace=PACE)
collector.turn()
while collector._jobs.busy:
    collector.turn()
"""


def test_a_collector_killed_at_any_point_of_a_job_goes_on_where_it_was(tmp_path: Path) -> None:
    records_url, series_url = f"sqlite:///{tmp_path}/records.db", f"duckdb:///{tmp_path}/series.duckdb"
    with closing(Records.open(records_url)) as records, closing(open_series(series_url)) as series:
        place(records)
        install(records)
        another_room(records)
        bench = make_bench(records)
        bench.take_in(*(a_message(taken_at(NOW - n * HOUR / 2, n)) for n in range(1, 13)))
        series.write(list(bench.series._points.values()))
        number = correct(records, NOW - 5 * HOUR)
    tests = str(Path(__file__).parents[1])
    codes = []
    for left in (1, 4, 0):
        command = [sys.executable, "-c", KILLED, tests, records_url, series_url, str(left)]
        codes.append(subprocess.run(command, check=False, timeout=60).returncode)
        with closing(open_series(series_url)) as series:
            assert set(reports_in(series)) == {a_report(n).key for n in range(1, 13)}
    assert codes == [-signal.SIGKILL] * 2 + [0]
    with closing(Records.open(records_url)) as records, closing(open_series(series_url)) as series:
        assert the_job(records, number).outcome is Outcome.DONE
        assert rooms_of(series) == {OTHER: set(range(1, 11)), ROOM: {11, 12}}


def entries(records: Records) -> list[Entry]:
    with records.reading() as c:
        return quarantine.entries(c, 100)


def replay(bench: Bench, entry: Entry) -> Job:
    with bench.records.transaction() as c:
        number = jobs.replay(c, entry.id, ASKED_MS)
        assert jobs.replay(c, entry.id, ASKED_MS) == number
    settle(bench)
    return the_job(bench.records, number)


def test_what_a_store_refused_is_stored_when_it_is_replayed_and_nobody_is_answered(bench: Bench) -> None:
    bench.series.refuses = lambda _: "planted"
    report = a_report(7)
    bench.take_in(a_message(report))
    (entry,) = entries(bench.records)
    told = bench.told
    assert replay(bench, entry).detail == f"refused again, {Refusal.NOT_STORABLE}: planted"
    assert [(one.id, one.times) for one in entries(bench.records)] == [(entry.id, 1)]
    bench.series.refuses = lambda _: None
    job = replay(bench, entry)
    assert (job.outcome, job.detail) == (Outcome.DONE, "stored")
    assert set(bench.stored) == {report.key}
    assert entries(bench.records) == []
    assert bench.told == told
    assert replay(bench, entry).outcome is Outcome.REFUSED


def test_what_has_no_room_yet_is_kept_whole_when_it_is_replayed(unplaced_bench: Bench) -> None:
    bench = unplaced_bench
    quarantine_by_hand(bench, a_report(7))
    job = replay(bench, entries(bench.records)[0])
    assert (job.outcome, job.detail) == (Outcome.DONE, "kept whole: unplaced")
    with bench.records.reading() as c:
        assert kept.counts(c) == {(AGENT, kept.Why.UNPLACED): 1}


def quarantine_by_hand(bench: Bench, report: Report, **changed: object) -> None:
    message = a_message(report)
    one = {
        "topic": message.topic,
        "agent": AGENT,
        "outbox": OUTBOX,
        "sequence": report.sequence,
        "reason": Refusal.NOT_STORABLE,
        "detail": "",
        "digest": "0" * 16,
        "size": len(message.payload),
        "payload": message.payload,
        "received_ms": NOW_MS,
    } | changed
    with bench.records.transaction() as c:
        quarantine.keep(c, [quarantine.Quarantined(**one)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"size": 40_000}, "only its first"),
        ({"reason": Refusal.CONFLICT}, "another report was received under the same key"),
        ({"topic": "somewhere/else"}, "refused again, invalid_topic"),
        ({"payload": b"{", "size": 1}, "refused again, malformed"),
        ({"received_ms": NOW_MS - 10**10}, "refused again, future_dated"),
    ],
)
def test_what_cannot_be_stored_stays_in_quarantine_and_the_job_says_why(
    bench: Bench, changed: dict[str, object], why: str
) -> None:
    quarantine_by_hand(bench, a_report(7), **changed)
    (entry,) = entries(bench.records)
    job = replay(bench, entry)
    assert job.outcome is Outcome.REFUSED
    assert why in str(job.detail)
    assert (entries(bench.records), bench.stored, bench.told) == ([entry], {}, {})


def test_a_correction_of_what_is_not_on_record_is_refused(bench: Bench) -> None:
    with pytest.raises(NotFound):
        correct(bench.records, NOW, room=RoomId("r-nobody22"))
    with pytest.raises(Conflict, match="end before it begins"):
        correct(bench.records, NOW, NOW, ROOM)
    stay = Installation(agent=AgentId("a-nobody22"), room=ROOM, role=Role.ROOM, since=NOW)
    with pytest.raises(NotFound), bench.records.transaction() as c:
        correcting.correct(c, stay, ASKED_MS)
    with bench.records.reading() as c:
        assert jobs.jobs(c, 9) == []
