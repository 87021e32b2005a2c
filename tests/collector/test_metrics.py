"""An operator can chart what a collector does."""

from prometheus_client import CollectorRegistry, generate_latest

from collecting import NOW_MS, Bench, a_message, a_report
from roomreach.report import Key
from roomreach_collector.metrics import CollectorMetrics
from roomreach_collector.tally import MOST_NAMES, OTHERS, Tally


def test_what_was_counted_is_shown(bench: Bench) -> None:
    registry = CollectorRegistry()
    CollectorMetrics(bench.collector).register(registry)
    bench.take_in(a_message(a_report()), a_message(b"{", Key(*a_report(2).key)))
    shown = generate_latest(registry).decode().splitlines()
    for line in (
        "roomreach_collector_received_total 2.0",
        "roomreach_collector_stored_total 1.0",
        'roomreach_collector_refused_total{reason="malformed"} 1.0',
        "roomreach_collector_connected 1.0",
        "roomreach_collector_waiting 0.0",
    ):
        assert line in shown
    assert registry.get_sample_value("roomreach_collector_last_report_timestamp_seconds") == NOW_MS / 1000


def test_a_collector_that_has_done_nothing_yet_is_shown_too(bench: Bench) -> None:
    registry = CollectorRegistry()
    CollectorMetrics(bench.collector).register(registry)
    assert registry.get_sample_value("roomreach_collector_received_total") == 0
    assert registry.get_sample_value("roomreach_collector_last_report_timestamp_seconds") is None


def test_names_that_agents_choose_are_bounded() -> None:
    tally = Tally()
    for number in range(1_000):
        tally.count_set_aside((f"kind_{number}", "kind_1"))
    assert len(tally.set_aside) == MOST_NAMES + 1
    assert tally.set_aside.total() == 2_000
    assert tally.set_aside[OTHERS] > 900
