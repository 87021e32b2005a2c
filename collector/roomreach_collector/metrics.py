"""What can an operator chart about a collector? Read ``METRICS`` and know every name there is."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import prometheus_client
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector as Source

from roomreach.errors import Misconfigured, Unavailable
from roomreach_collector.collector import Collector
from roomreach_collector.tally import BATCH_S
from roomreach_store.records import Records, jobs, kept, quarantine
from roomreach_store.records.kept import Why

PREFIX = "roomreach_collector_"

Value: TypeAlias = float | Counter[Any] | None
"""One number, one for each value of a label, or nothing while it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One metric: what it says, how it is read, and what its label is called if it has one."""

    words: str
    read: Callable[[Collector], Value]
    label: str = ""


COUNTERS: Mapping[str, Shown] = {
    "received": Shown(words="Messages taken in", read=lambda c: c.tally.received),
    "stored": Shown(
        words="Reports stored, those kept whole included",
        read=lambda c: c.tally.stored,
    ),
    "repeated": Shown(
        words="Reports that had been stored before, answered the same again",
        read=lambda c: c.tally.repeated,
    ),
    "refused": Shown(words="Reports refused", label="reason", read=lambda c: c.tally.refused),
    "unplaced": Shown(
        words="Reports kept whole because nobody has recorded where their agent stood",
        read=lambda c: c.tally.unplaced,
    ),
    "undated": Shown(
        words="Reports kept whole because their agent never learnt the time",
        read=lambda c: c.tally.undated,
    ),
    "placed_later": Shown(
        words="Reports kept whole that found their room", read=lambda c: c.tally.placed_later
    ),
    "unkept": Shown(
        words="Reports left unanswered because no room is left to keep them whole",
        read=lambda c: c.tally.unkept,
    ),
    "astray": Shown(
        words="Messages that nobody can be answered about, put in quarantine", read=lambda c: c.tally.astray
    ),
    "set_aside": Shown(
        words="Things that newer agents said and this collector does not know",
        label="name",
        read=lambda c: c.tally.set_aside,
    ),
    "greeted": Shown(words="Agents told the time on connecting", read=lambda c: c.tally.greeted),
    "receipts": Shown(words="Receipts handed to the broker", read=lambda c: c.tally.receipts),
    "receipts_unsent": Shown(
        words="Receipts that could not be handed to the broker; agents ask again",
        read=lambda c: c.tally.receipts_unsent,
    ),
    "desired": Shown(
        words="Times that an agent was told what is wanted of it", read=lambda c: c.tally.desired
    ),
    "dropped_full": Shown(
        words="Messages dropped because the buffer was full; agents send them again",
        read=lambda c: c.tally.dropped_full,
    ),
    "batches": Shown(words="Batches answered", read=lambda c: c.tally.batches),
    "given_up": Shown(
        words="Batches left unanswered because of a fault of ours", read=lambda c: c.tally.given_up
    ),
    "faults": Shown(words="Messages refused because of a fault of ours", read=lambda c: c.tally.faults),
}
"""What only rises; Prometheus knows each as its name and ``_total``."""

GAUGES: Mapping[str, Shown] = {
    "connected": Shown(words="1 while the broker answers", read=lambda c: c.connected),
    "lost_seconds": Shown(
        words="For how long the broker has not answered; 0 while it does", read=lambda c: c.lost_s
    ),
    "alive": Shown(words="1 while the thread that takes batches in runs", read=lambda c: c.alive),
    "lag_seconds": Shown(
        words="How long the oldest message that has no answer yet has waited", read=lambda c: c.lag_s
    ),
    "since_turn_seconds": Shown(
        words="How long ago the thread that takes batches in last came round", read=lambda c: c.since_turn_s
    ),
    "waiting": Shown(words="1 while a store is unavailable", read=lambda c: c.tally.waiting_for is not None),
    "waiting_for": Shown(
        words="Which store is unavailable just now", label="what", read=lambda c: _one(c.tally.waiting_for)
    ),
    "last_batch_seconds": Shown(words="How long the last batch took", read=lambda c: c.tally.times.last_s),
    "last_report_timestamp_seconds": Shown(
        words="When the last report that was stored came in; absent before the first",
        read=lambda c: _seconds(c.tally.last_report_ms),
    ),
}
"""What is so just now."""

BATCH_WORDS = "How long batches took, from the first message in hand to the last receipt"

RECORDED: Mapping[str, str] = {
    "roomreach_records_readable": "Whether the records could be read (1) or not (0)",
    "roomreach_reports_kept": "Reports kept whole, by what they lack",
    "roomreach_quarantine_rows": "Messages in quarantine",
    "roomreach_jobs_waiting": "Jobs that an operator asked for and the collector has not ended, by kind",
    "roomreach_oldest_job_timestamp_seconds": "When the oldest of them was asked for; absent when none waits",
}
"""What the records say. The API shows the same, under the same names: a hub shows them once."""


class CollectorMetrics(Source):
    """Reads a collector whenever it is asked."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def register(self, registry: prometheus_client.CollectorRegistry) -> None:
        """Show the metrics in a registry."""
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Give every metric its value of just now."""
        for family, all_shown in ((CounterMetricFamily, COUNTERS), (GaugeMetricFamily, GAUGES)):
            for name, shown in all_shown.items():
                made = family(PREFIX + name, shown.words, labels=[shown.label] if shown.label else [])
                for labels, value in _samples(shown.read(self._collector)):
                    made.add_metric(labels, value)
                yield made
        times = self._collector.tally.times
        within = list(zip(map(_le, BATCH_S), times.within, strict=True))
        yield HistogramMetricFamily(
            f"{PREFIX}batch_seconds", BATCH_WORDS, buckets=within, sum_value=times.total_s
        )


class RecordsMetrics(Source):
    """Asks the records whenever it is asked. For a collector in a process of its own."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def register(self, registry: prometheus_client.CollectorRegistry) -> None:
        """Show the metrics in a registry."""
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Give what the records say, or say that they cannot be read."""
        try:
            with self._records.reading() as c:
                lacking, rows, backlog = kept.counts(c), quarantine.totals(c).rows, jobs.backlog(c)
        except (Unavailable, Misconfigured):
            yield _gauge("roomreach_records_readable", 0)
            return
        yield _gauge("roomreach_records_readable", 1)
        yield _gauge("roomreach_quarantine_rows", rows)
        waiting = GaugeMetricFamily(
            "roomreach_reports_kept", RECORDED["roomreach_reports_kept"], labels=["why"]
        )
        for why in Why:
            waiting.add_metric([why], sum(n for (_, lacks), n in lacking.items() if lacks is why))
        yield waiting
        asked = GaugeMetricFamily(
            "roomreach_jobs_waiting", RECORDED["roomreach_jobs_waiting"], labels=["kind"]
        )
        for kind, number in backlog.waiting.items():
            asked.add_metric([kind], number)
        yield asked
        if backlog.oldest_ms is not None:
            yield _gauge("roomreach_oldest_job_timestamp_seconds", backlog.oldest_ms / 1000)


def _gauge(name: str, value: float) -> Metric:
    return GaugeMetricFamily(name, RECORDED[name], value=value)


def _samples(value: Value) -> Iterable[tuple[list[str], float]]:
    if isinstance(value, Counter):
        return [([label], number) for label, number in sorted(value.items())]
    return [] if value is None else [([], value)]


def _one(name: str | None) -> Counter[str]:
    return Counter([name] if name else [])


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _le(seconds: float) -> str:
    return "+Inf" if seconds == float("inf") else str(seconds)
