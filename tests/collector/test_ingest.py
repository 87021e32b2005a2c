"""The one order in which nothing is lost: every branch of it, with a store that fails as it is told."""

import json
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collecting import (
    AGENT,
    NOW_MS,
    OUTBOX,
    PACE,
    ROOM,
    TYPICAL,
    Bench,
    a_message,
    a_report,
    install,
    make_bench,
)
from roomreach import topics
from roomreach.errors import Conflict, Misconfigured, Unavailable
from roomreach.identifiers import AgentId, OutboxId
from roomreach.measurement import Gateway, Reason
from roomreach.online import Online
from roomreach.receipt import Receipt, Refusal
from roomreach.report import EARLIEST_MS, Key, Report
from roomreach.series import Point
from roomreach.wire import digest, encode_report
from roomreach_collector.faults import INTERNAL_ERROR
from roomreach_collector.post import Message
from roomreach_collector.sorting import FUTURE_MS, INVALID_TOPIC
from roomreach_store.records import Records, kept, latest, quarantine
from roomreach_store.records.kept import Why
from roomreach_store.records.quarantine import Entry
from roomreach_store.series import Question

STORED = (None, None)


def key(sequence: int = 1) -> Key:
    return Key(AGENT, OUTBOX, sequence)


def in_quarantine(records: Records) -> list[Entry]:
    with records.reading() as c:
        return [quarantine.entry(c, entry.id) for entry in quarantine.entries(c, 100)]


def refused(report: Report | bytes, reason: Refusal) -> tuple[str, Refusal]:
    return digest(report if isinstance(report, bytes) else encode_report(report)), reason


def test_a_report_is_stored_where_its_agent_stood_and_then_answered(bench: Bench) -> None:
    report = a_report(measurements=TYPICAL)
    bench.take_in(a_message(report))
    assert bench.told == {key(): [STORED]}
    assert bench.stored == {key(): digest(encode_report(report))}
    asked = Question(series="link", columns=("signal_dbm",), start_ms=0, end_ms=NOW_MS, room=ROOM)
    (track,) = bench.series.read(asked)
    assert track.rows == ((report.taken_ms, (-61,)),)


def test_an_outbox_that_drains_hears_one_receipt(bench: Bench) -> None:
    bench.take_in(*(a_message(a_report(sequence)) for sequence in range(1, 101)))
    assert bench.inbox.receipts == [(AGENT, Receipt(at_ms=NOW_MS, outbox=OUTBOX, stored=((1, 100),)))]


def test_the_same_bytes_are_answered_again_and_written_once(bench: Bench) -> None:
    bench.take_in(a_message(a_report()), a_message(a_report()))
    written = bench.series.written
    bench.take_in(a_message(a_report()))
    assert bench.told == {key(): [STORED, STORED]}
    assert bench.series.written == written
    assert bench.collector.tally.repeated == 1


@pytest.mark.parametrize("together", [True, False])
def test_other_bytes_for_the_same_key_are_a_conflict(bench: Bench, *, together: bool) -> None:
    first, second = a_report(), a_report(dropped=1)
    if together:
        bench.take_in(a_message(first), a_message(second))
    else:
        bench.take_in(a_message(first))
        bench.take_in(a_message(second))
    assert sorted(bench.told[key()], key=str) == sorted([STORED, refused(second, Refusal.CONFLICT)], key=str)
    assert bench.stored == {key(): digest(encode_report(first))}
    assert [entry.reason for entry in in_quarantine(bench.records)] == [Refusal.CONFLICT]


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (b"{", Refusal.MALFORMED),
        (b"x" * 1_000_000, Refusal.TOO_LARGE),
        (b'{"v":2}', Refusal.WRONG_VERSION),
        (encode_report(a_report()).replace(b'"sent":3', b'"sent":300'), Refusal.OUT_OF_BOUNDS),
        (a_report(2), Refusal.MISADDRESSED),
        (a_report(agent="a-another22"), Refusal.MISADDRESSED),
        (a_report(outbox="o-another22"), Refusal.MISADDRESSED),
        (a_report(taken_ms=NOW_MS + FUTURE_MS + 1), Refusal.FUTURE_DATED),
        (a_report(taken_ms=EARLIEST_MS - 1), Refusal.IMPOSSIBLE_TIME),
    ],
)
def test_a_report_that_can_never_be_stored_is_refused_and_kept_in_quarantine(
    bench: Bench, report: Report | bytes, reason: Refusal
) -> None:
    payload = report if isinstance(report, bytes) else encode_report(report)
    bench.take_in(a_message(payload, key()), a_message(a_report(7)))
    assert bench.told == {key(): [refused(payload, reason)], key(7): [STORED]}
    assert set(bench.stored) == {key(7)}
    (entry,) = in_quarantine(bench.records)
    assert (entry.agent, entry.outbox, entry.sequence) == key()
    assert (entry.reason, entry.digest, entry.size) == (reason, digest(payload), len(payload))
    assert entry.payload == payload[: 32 * 1024]
    assert bench.collector.tally.refused == {reason: 1}


@pytest.mark.parametrize("taken_ms", [NOW_MS + FUTURE_MS, EARLIEST_MS])
def test_a_clock_may_be_five_minutes_ahead_and_no_earlier_than_2020(bench: Bench, taken_ms: int) -> None:
    bench.take_in(a_message(a_report(taken_ms=taken_ms)))
    assert bench.told == {key(): [STORED]}


@pytest.mark.parametrize("taken_ms", [0, 48_000, NOW_MS, NOW_MS + 10**11])
def test_an_undated_report_is_kept_whole_whatever_its_clock_said(bench: Bench, taken_ms: int) -> None:
    report = a_report(taken_ms=taken_ms, synchronised=False)
    bench.take_in(a_message(report))
    assert bench.told == {key(): [STORED]}
    assert bench.stored == {}
    with bench.records.reading() as c:
        assert kept.counts(c) == {(AGENT, Why.UNDATED): 1}
        assert latest.latest(c) == {}


def test_a_report_from_an_agent_nobody_installed_is_kept_whole(unplaced_bench: Bench) -> None:
    bench, report = unplaced_bench, a_report()
    bench.take_in(a_message(report))
    assert bench.told == {key(): [STORED]}
    with bench.records.reading() as c:
        (waiting,) = kept.unplaced(c, AGENT, None, 9)
        assert set(latest.latest(c)) == {AGENT}
    assert (waiting.key, waiting.payload) == (key(), encode_report(report))


def test_reports_for_which_there_is_no_room_hear_nothing_and_hold_up_nobody(
    records: Records,
) -> None:
    install(records)
    bench = make_bench(records, replace(PACE, most_kept=1))
    undated = [a_message(a_report(sequence, synchronised=False)) for sequence in (1, 2)]
    bench.take_in(*undated, a_message(a_report(3)))
    assert bench.told == {key(3): [STORED]}
    assert bench.collector.tally.unkept == 2
    bench.take_in(undated[0])
    assert bench.told[key(1)] == [STORED]


def test_the_latest_report_says_whether_residents_can_get_online(bench: Bench) -> None:
    offline = (Gateway(reason=Reason.NO_ANSWER, sent=3),)
    bench.take_in(a_message(a_report(2, measurements=offline)), a_message(a_report(1)))
    with bench.records.reading() as c:
        found = latest.latest(c)[AGENT]
    assert found.payload == encode_report(a_report(2, measurements=offline))
    assert [online for _, online in found.online.entries] == [Online.YES, Online.NO]
    assert found.online.no_since_ms == a_report(2).taken_ms


def test_what_a_newer_agent_says_is_counted_and_named_in_the_report_s_point(bench: Bench) -> None:
    document = json.loads(encode_report(a_report()))
    document["measurements"].append({"kind": "portal"})
    bench.take_in(a_message(json.dumps(document).encode(), key()))
    asked = Question(series="report", columns=("lacked",), start_ms=0, end_ms=NOW_MS)
    assert bench.series.read(asked)[0].rows[0][1] == ("portal:unknown_kind",)
    assert bench.collector.tally.set_aside == {"portal": 1}


@pytest.mark.parametrize(
    "topic",
    [
        "roomreach/v1/agents/a-tests222/reports/o-tests222/0",
        "roomreach/v1/agents/a-tests222/reports/o-tests222/01",
        "roomreach/v1/agents/a-tests222/reports/o-tests222",
        "roomreach/v1/agents/Flat 3, Elm Road/reports/o-tests222/1",
        "roomreach/v1/agents/Flat 3, Elm Road/presence",
    ],
)
def test_a_publish_on_an_invalid_topic_is_answered_to_nobody_and_kept(bench: Bench, topic: str) -> None:
    bench.take_in(Message(topic, encode_report(a_report()), NOW_MS))
    assert bench.inbox.receipts == []
    (entry,) = in_quarantine(bench.records)
    assert (entry.topic, entry.reason, entry.agent) == (topic, INVALID_TOPIC, None)
    assert bench.collector.tally.astray == 1


def test_an_agent_that_connects_is_told_the_time(bench: Bench) -> None:
    bench.take_in(Message(topics.presence(AGENT), b'{"v":1,"state":"online","at_ms":5}', 1))
    assert bench.inbox.receipts == [(AGENT, Receipt(at_ms=NOW_MS))]


@pytest.mark.parametrize(
    ("payload", "retained"),
    [
        (b'{"state":"online"}', True),
        (b'{"state":"offline"}', False),
        (b"", False),
        (b'{"state":"asleep"}', False),
    ],
)
def test_only_who_connects_just_now_is_told_the_time(bench: Bench, payload: bytes, *, retained: bool) -> None:
    bench.take_in(Message(topics.presence(AGENT), payload, NOW_MS, retained))
    assert bench.inbox.receipts == []
    assert in_quarantine(bench.records) == []


@pytest.mark.parametrize("payload", [b"{", b"[]", b"5", b'{"state":5}', b"[" * 900, b"x" * 2_000])
def test_a_presence_nobody_can_read_is_kept_in_quarantine(bench: Bench, payload: bytes) -> None:
    bench.take_in(Message(topics.presence(AGENT), payload, NOW_MS), a_message(a_report()))
    (entry,) = in_quarantine(bench.records)
    assert (entry.agent, entry.reason) == (AGENT, Refusal.MALFORMED)
    assert bench.told == {key(): [STORED]}


def test_only_the_report_that_cannot_be_stored_is_refused(bench: Bench) -> None:
    reports = [a_report(sequence, measurements=TYPICAL) for sequence in (1, 2, 3)]

    def refuses(point: Point) -> str | None:
        bad = point.series == "link" and point.taken_ms == reports[1].taken_ms
        return "type conflict" if bad else None

    bench.series.refuses = refuses
    bench.take_in(*map(a_message, reports))
    bench.take_in(a_message(reports[1]))
    again = [refused(reports[1], Refusal.NOT_STORABLE)] * 2
    assert bench.told == {key(1): [STORED], key(2): again, key(3): [STORED]}
    (entry,) = in_quarantine(bench.records)
    assert (entry.sequence, entry.reason, entry.detail) == (2, Refusal.NOT_STORABLE, "type conflict")
    with bench.records.reading() as c:
        assert len(latest.latest(c)[AGENT].online.entries) == 2


def test_a_report_that_breaks_our_writer_is_refused_alone(bench: Bench) -> None:
    reports = [a_report(sequence) for sequence in range(1, 9)]
    bench.series.breaks = lambda point: point.taken_ms == reports[4].taken_ms
    bench.take_in(*map(a_message, reports))
    assert bench.told.pop(key(5)) == [refused(reports[4], Refusal.NOT_STORABLE)]
    assert set(bench.stored) == {key(n) for n in range(1, 9)} - {key(5)}
    assert [entry.detail for entry in in_quarantine(bench.records)] == [INTERNAL_ERROR]


def test_a_message_that_breaks_our_judgement_is_refused_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(report: Report, *_: object) -> list[Point]:
        if report.sequence == 2:
            raise ZeroDivisionError("planted")
        return []

    monkeypatch.setattr("roomreach_collector.sorting.points", broken)
    bench.take_in(*(a_message(a_report(sequence)) for sequence in (1, 2, 3)))
    assert bench.told[key(2)] == [refused(a_report(2), Refusal.NOT_STORABLE)]
    assert bench.told[key(1)] == bench.told[key(3)] == [STORED]
    assert bench.collector.tally.faults == 1
    assert in_quarantine(bench.records)[0].detail == INTERNAL_ERROR


@pytest.mark.parametrize("failing", [Unavailable("planted"), Misconfigured("planted")])
def test_a_store_that_is_away_is_waited_for_and_nothing_is_lost(bench: Bench, failing: Exception) -> None:
    bench.series.failing, bench.series.failures_left = failing, 5
    bench.take_in(a_message(a_report(1)), a_message(a_report(2)))
    assert bench.told == {key(1): [STORED], key(2): [STORED]}
    assert set(bench.stored) == {key(1), key(2)}


def test_no_receipt_leaves_before_the_store_has_confirmed(bench: Bench) -> None:
    """A fault of ours stands in for a crash at that moment."""
    bench.series.failing, bench.series.failures_left = RuntimeError("planted"), 1
    with pytest.raises(RuntimeError):
        bench.take_in(a_message(a_report()))
    assert bench.inbox.receipts == []
    bench.take_in(a_message(a_report()))
    assert bench.told == {key(): [STORED]}
    assert bench.stored


def test_no_receipt_leaves_before_the_records_have_committed(
    bench: Bench,
) -> None:
    with bench.records.transaction() as c:
        c.exec_driver_sql(
            "CREATE TRIGGER broken BEFORE INSERT ON quarantined BEGIN SELECT RAISE(ABORT, 'planted'); END"
        )
    with pytest.raises(Conflict):
        bench.take_in(a_message(a_report(1)), a_message(b"{", key(2)))
    assert bench.inbox.receipts == []
    with bench.records.transaction() as c:
        c.exec_driver_sql("DROP TRIGGER broken")
    bench.take_in(a_message(a_report(1)), a_message(b"{", key(2)))
    assert bench.told == {key(1): [STORED], key(2): [refused(b"{", Refusal.MALFORMED)]}
    assert len(in_quarantine(bench.records)) == 1


def test_bytes_refused_as_future_dated_stay_refused_when_their_time_has_come(bench: Bench) -> None:
    report = a_report(taken_ms=NOW_MS + FUTURE_MS + 1)
    bench.take_in(a_message(report), a_message(report, received_ms=NOW_MS + 1))
    bench.take_in(a_message(report, received_ms=NOW_MS + 2 * FUTURE_MS))
    assert set(bench.told[key()]) == {refused(report, Refusal.FUTURE_DATED)}


def test_stored_bytes_stay_stored_when_our_clock_steps_back(bench: Bench) -> None:
    bench.take_in(a_message(a_report(taken_ms=NOW_MS)))
    bench.take_in(a_message(a_report(taken_ms=NOW_MS), received_ms=NOW_MS - 2 * FUTURE_MS))
    assert bench.told == {key(): [STORED, STORED]}


def test_a_receipt_that_cannot_be_sent_is_made_again_for_the_repeat(bench: Bench) -> None:
    bench.inbox.stop()
    bench.take_in(a_message(a_report()))
    assert bench.collector.tally.receipts_unsent == 1
    bench.inbox.start()
    bench.take_in(a_message(a_report()))
    assert bench.told == {key(): [STORED]}


def test_agents_do_not_share_their_keys(bench: Bench) -> None:
    other = AgentId("a-second22")
    install(bench.records, other)
    bench.take_in(a_message(a_report()), a_message(a_report(agent=other)))
    assert bench.told == {key(): [STORED], Key(other, OUTBOX, 1): [STORED]}


SEEN = count(1)
VERSIONS = st.tuples(st.integers(1, 4), st.sampled_from(["good", "other", "future", "malformed", "refused"]))
BATCHES = st.tuples(st.lists(VERSIONS, min_size=1, max_size=5), st.booleans(), st.booleans())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(BATCHES, max_size=6))
def test_every_key_and_bytes_get_one_answer_however_often_they_come_and_whatever_fails(
    bench: Bench, batches: list[tuple[list[tuple[int, str]], bool, bool]]
) -> None:
    """Each batch may meet a store that is away for a while, or a fault of ours that leaves it unanswered."""
    outbox = OutboxId(f"o-seen{next(SEEN):06}")

    def payload(sequence: int, version: str) -> bytes:
        report = a_report(sequence, outbox=outbox)
        reports = {
            "good": report,
            "other": replace(report, dropped=1),
            "future": replace(report, taken_ms=NOW_MS + 2 * FUTURE_MS),
            "refused": replace(report, interval_s=999),
        }
        return b"{" if version == "malformed" else encode_report(reports[version])

    def deliver(versions: list[tuple[int, str]]) -> None:
        bench.take_in(*(a_message(payload(*version), Key(AGENT, outbox, version[0])) for version in versions))

    bench.inbox.receipts.clear()
    bench.series.refuses = lambda p: "planted" if p.series == "report" and p.values[7] == 999 else None
    for versions, away, broken in batches:
        bench.series.failing = RuntimeError("planted") if broken else Unavailable("planted")
        bench.series.failures_left = 1 if broken else 2 * away
        try:
            deliver(versions)
        except RuntimeError:
            assert broken
    bench.series.failures_left = 0
    sent = [version for versions, _, _ in batches for version in versions]
    for version in sent:
        deliver([version])

    told = bench.told
    for sequence in {sequence for sequence, _ in sent}:
        heard = set(told[Key(AGENT, outbox, sequence)])
        refusals = {of: reason for of, reason in heard if of is not None}
        assert len(refusals) == len(heard - {STORED}), "two reasons for the same bytes"
        versions = {digest(payload(*version)) for version in sent if version[0] == sequence}
        # What is not refused is stored, and that is one version at most.
        assert len(versions - set(refusals)) == (STORED in heard)
        stored = bench.stored.get(Key(AGENT, outbox, sequence))
        assert versions - set(refusals) <= {stored}
