"""What was kept whole finds its room once somebody records where its agent stood."""

from dataclasses import replace
from datetime import timedelta

from collecting import AGENT, NOW, OUTBOX, PACE, Bench, a_message, a_report, install, make_bench
from roomreach.errors import Unavailable
from roomreach.identifiers import AgentId
from roomreach.receipt import Refusal
from roomreach.report import Key
from roomreach.wire import digest, encode_report
from roomreach_collector.placing import STEP
from roomreach_store.records import Records, kept, quarantine
from roomreach_store.records.kept import Kept, Why


def waiting(records: Records) -> int:
    with records.reading() as c:
        return sum(number for (_, why), number in kept.counts(c).items() if why is Why.UNPLACED)


def settle(bench: Bench) -> None:
    bench.collector.turn()
    while bench.collector._placing.busy:
        bench.collector.turn()


def test_reports_are_placed_when_the_installation_is_recorded(unplaced_bench: Bench) -> None:
    bench = unplaced_bench
    bench.take_in(*(a_message(a_report(sequence)) for sequence in range(1, 4)))
    assert (bench.stored, waiting(bench.records)) == ({}, 3)
    install(bench.records)
    settle(bench)
    assert bench.stored == {a_report(n).key: digest(encode_report(a_report(n))) for n in range(1, 4)}
    assert waiting(bench.records) == 0
    assert bench.collector.tally.placed_later == 3


def test_reports_kept_by_a_collector_before_are_placed_at_the_start(unplaced_bench: Bench) -> None:
    bench = unplaced_bench
    bench.take_in(a_message(a_report()))
    install(bench.records)
    other = make_bench(bench.records)
    settle(other)
    assert set(other.stored) == {a_report().key}


def test_only_reports_taken_while_the_agent_stood_there_are_placed(unplaced_bench: Bench) -> None:
    bench = unplaced_bench
    early = a_report(1, taken_ms=a_report(1).taken_ms - 10**9)
    bench.take_in(a_message(early), a_message(a_report(2)), a_message(a_report(3, synchronised=False)))
    install(bench.records, since=NOW - timedelta(days=2))
    settle(bench)
    assert set(bench.stored) == {a_report(2).key}
    assert waiting(bench.records) == 1


def test_many_reports_of_many_agents_are_placed_step_by_step(unplaced_bench: Bench) -> None:
    bench = unplaced_bench
    agents = [AgentId(f"a-agent{n}22") for n in range(3)]
    reports = [a_report(n, agent=agent) for agent in agents for n in range(1, STEP + 3)]
    bench.take_in(*map(a_message, reports))
    for agent in agents[:2]:
        install(bench.records, agent)
    bench.collector.turn()
    assert len(bench.stored) == STEP
    settle(bench)
    assert set(bench.stored) == {report.key for report in reports if report.agent in agents[:2]}
    assert waiting(bench.records) == STEP + 2


def test_while_the_store_is_away_reports_stay_kept(unplaced_bench: Bench) -> None:
    bench = unplaced_bench
    bench.take_in(a_message(a_report()))
    bench.series.failing, bench.series.failures_left = Unavailable("planted"), 1
    install(bench.records)
    bench.collector.turn()
    assert (bench.stored, waiting(bench.records)) == ({}, 1)
    bench.collector._place_from = 0.0
    settle(bench)
    assert (len(bench.stored), waiting(bench.records)) == (1, 0)


def test_what_turns_out_not_to_be_storable_goes_to_quarantine(unplaced_bench: Bench) -> None:
    bench = unplaced_bench
    old = Kept(
        why=Why.UNPLACED,
        key=Key(AGENT, OUTBOX, 9),
        taken_ms=a_report(9).taken_ms,
        received_ms=1,
        digest="0" * 16,
        payload=b'{"v":0}',
    )
    with bench.records.transaction() as c:
        kept.keep(c, [old])
    bench.take_in(a_message(a_report(1)), a_message(a_report(2)))
    bench.series.refuses = lambda point: "planted" if point.taken_ms == a_report(1).taken_ms else None
    install(bench.records)
    settle(bench)
    with bench.records.reading() as c:
        entries = quarantine.entries(c, 9)
    assert {(entry.sequence, entry.reason) for entry in entries} == {
        (9, Refusal.WRONG_VERSION),
        (1, Refusal.NOT_STORABLE),
    }
    assert set(bench.stored) == {a_report(2).key}
    assert waiting(bench.records) == 0
    assert bench.collector.tally.placed_later == 1


def test_the_register_is_asked_about_at_most_so_often(records: Records) -> None:
    bench = make_bench(records, replace(PACE, register_s=3600))
    bench.take_in(a_message(a_report()))
    install(records)
    bench.take_in(a_message(a_report(2)))
    assert waiting(records) == 2
