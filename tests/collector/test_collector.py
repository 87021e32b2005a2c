"""The collector's own thread: it starts, goes on whatever happens, and stops without saying too much."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from collecting import AGENT, OUTBOX, PACE, Bench, a_message, a_report, install, make_bench
from roomreach.errors import Unavailable
from roomreach.report import Key
from roomreach_store.records import Records
from servers import wait_until

STORED = (None, None)


@contextmanager
def running(bench: Bench) -> Iterator[Bench]:
    bench.collector.start()
    try:
        yield bench
    finally:
        bench.collector.stop()


@pytest.fixture
def steady(records: Records) -> Bench:
    """A collector that waits a little when there is nothing to do."""
    install(records)
    return make_bench(records, replace(PACE, idle_s=0.02))


def key(sequence: int) -> Key:
    return Key(AGENT, OUTBOX, sequence)


def test_it_answers_for_as_long_as_it_runs(steady: Bench) -> None:
    with running(steady) as bench:
        for sequence in (1, 2, 3):
            bench.inbox.deliver(a_message(a_report(sequence)))
            wait_until(lambda sequence=sequence: key(sequence) in bench.told, "a receipt")
        assert bench.collector.alive
    assert not bench.collector.alive
    assert not bench.collector.connected


def test_a_fault_of_ours_costs_a_batch_its_answer_and_nothing_else(steady: Bench) -> None:
    steady.series.failing, steady.series.failures_left = RuntimeError("planted"), 1
    with running(steady) as bench:
        bench.inbox.deliver(a_message(a_report(1)))
        wait_until(lambda: bench.collector.tally.given_up == 1, "giving up")
        assert bench.told == {}
        bench.inbox.deliver(a_message(a_report(1)))
        wait_until(lambda: bench.told == {key(1): [STORED]}, "a receipt for the repeat")


def test_stopping_while_a_store_is_away_answers_nothing_that_is_not_stored(steady: Bench) -> None:
    steady.series.failing, steady.series.failures_left = Unavailable("planted"), 10**9
    with running(steady) as bench:
        bench.inbox.deliver(a_message(a_report(1)))
        wait_until(lambda: bench.collector.tally.waiting_for == "the series store", "waiting")
        started = time.monotonic()
    assert time.monotonic() - started < 5
    assert (bench.told, bench.stored) == ({}, {})


def test_stopping_finishes_the_batch_in_hand(steady: Bench) -> None:
    with running(steady) as bench:
        for sequence in range(1, 501):
            bench.inbox.deliver(a_message(a_report(sequence)))
        wait_until(lambda: bool(bench.stored), "storing")
    assert set(bench.told) == set(bench.stored)


def test_a_batch_holds_no_more_than_it_may(records: Records) -> None:
    install(records)
    bench = make_bench(records, replace(PACE, most=10))
    bench.take_in(*(a_message(a_report(sequence)) for sequence in range(1, 26)))
    assert set(bench.stored) == {key(sequence) for sequence in range(1, 11)}


def test_it_may_be_stopped_before_it_was_started(steady: Bench) -> None:
    steady.collector.stop()
    assert not steady.collector.alive
