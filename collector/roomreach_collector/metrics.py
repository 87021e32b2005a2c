"""What can an operator chart about a collector? Its tally, as Prometheus metrics."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import prometheus_client
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector as Source

from roomreach_collector.collector import Collector
from roomreach_collector.tally import Tally

_PREFIX = "roomreach_collector"

_COUNTERS = {
    "received": "Messages taken in",
    "stored": "Reports stored, those kept whole included",
    "repeated": "Reports that had been stored before, answered the same again",
    "unplaced": "Reports kept whole because nobody has recorded where their agent stood",
    "undated": "Reports kept whole because their agent never learnt the time",
    "placed_later": "Reports kept whole that found their room",
    "unkept": "Reports left unanswered because no room is left to keep them whole",
    "astray": "Messages that nobody can be answered about",
    "greeted": "Agents told the time on connecting",
    "receipts": "Receipts handed to the broker",
    "receipts_unsent": "Receipts that could not be handed to the broker; agents ask again",
    "dropped_full": "Messages dropped because the buffer was full; agents send them again",
    "batches": "Batches answered",
    "given_up": "Batches left unanswered because of a fault of ours",
    "faults": "Messages refused because of a fault of ours",
}


class CollectorMetrics(Source):
    """Reads a collector's tally whenever it is asked."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def register(self, registry: prometheus_client.CollectorRegistry) -> None:
        """Show the metrics in a registry."""
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Give every metric its value of just now."""
        tally = self._collector.tally
        for name, words in _COUNTERS.items():
            yield CounterMetricFamily(f"{_PREFIX}_{name}", words, value=getattr(tally, name))
        yield _by("refused", "Reports refused, by reason", "reason", tally.refused)
        yield _by("set_aside", "Things newer agents said, by name", "name", tally.set_aside)
        yield from _gauges(tally, connected=self._collector.connected, alive=self._collector.alive)


def _by(name: str, words: str, label: str, counts: Counter[Any]) -> Metric:
    family = CounterMetricFamily(f"{_PREFIX}_{name}", words, labels=[label])
    for value, count in sorted(counts.items()):
        family.add_metric([value], count)
    return family


def _gauges(tally: Tally, *, connected: bool, alive: bool) -> Iterator[Metric]:
    yield GaugeMetricFamily(f"{_PREFIX}_connected", "1 while the broker answers", value=connected)
    yield GaugeMetricFamily(f"{_PREFIX}_alive", "1 while batches are taken in", value=alive)
    yield GaugeMetricFamily(
        f"{_PREFIX}_waiting", "1 while a store is unavailable", value=tally.waiting_for is not None
    )
    yield GaugeMetricFamily(
        f"{_PREFIX}_last_batch_seconds", "How long the last batch took", value=tally.last_batch_ms / 1000
    )
    if tally.last_report_ms is not None:
        yield GaugeMetricFamily(
            f"{_PREFIX}_last_report_timestamp_seconds",
            "When the last report that was stored came in",
            value=tally.last_report_ms / 1000,
        )
