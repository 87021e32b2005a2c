"""Which numbers do the records give to whoever watches this system? Counts and ages, never a name."""

from collections import Counter
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge

from roomreach.errors import Misconfigured, NotFound, Unavailable
from roomreach_api.reading import Reading
from roomreach_store.records.kept import Why

METRICS: Mapping[str, tuple[str, str]] = {
    "roomreach_records_readable": ("", "Whether the records could be read (1) or not (0)"),
    "roomreach_agents": ("state", "Agents, by whether they are heard"),
    "roomreach_last_report_age_seconds": (
        "",
        "Age of the newest report of any agent; absent before the first",
    ),
    "roomreach_reports_kept": ("why", "Reports kept whole, by what they lack"),
    "roomreach_quarantine_rows": ("", "Messages in quarantine"),
    "roomreach_jobs_waiting": (
        "kind",
        "Jobs that an operator asked for and the collector has not ended, by kind",
    ),
    "roomreach_oldest_job_timestamp_seconds": (
        "",
        "When the oldest of them was asked for; absent when none waits",
    ),
}
"""Every name there is, with its label if it has one, and what it says."""


def gauges(reading: Reading) -> CollectorRegistry:
    """Read them; when the records cannot be read, say just that."""
    registry = CollectorRegistry()
    readable = _gauge("roomreach_records_readable", registry)
    try:
        _fill(registry, reading)
    except (Unavailable, Misconfigured):
        readable.set(0)
    else:
        readable.set(1)
    return registry


def _fill(registry: CollectorRegistry, reading: Reading) -> None:
    said = reading.said
    states = Counter(
        "never_heard" if agent.id not in said else "heard" if said[agent.id].heard else "silent"
        for agent in reading.places.agents()
    )
    agents = _gauge("roomreach_agents", registry)
    for state in ("heard", "silent", "never_heard"):
        agents.labels(state).set(states[state])
    if said:
        age = _gauge("roomreach_last_report_age_seconds", registry)
        age.set(min(one.age for one in said.values()).total_seconds())
    waiting = _gauge("roomreach_reports_kept", registry)
    for why in Why:
        waiting.labels(why).set(sum(n for (_, lacks), n in reading.waiting.items() if lacks is why))
    try:
        totals, backlog = reading.quarantine_totals(), reading.backlog()
    except NotFound:  # this caller may not know
        return
    _gauge("roomreach_quarantine_rows", registry).set(totals.rows)
    jobs = _gauge("roomreach_jobs_waiting", registry)
    for kind, number in backlog.waiting.items():
        jobs.labels(kind).set(number)
    if backlog.oldest_ms is not None:
        _gauge("roomreach_oldest_job_timestamp_seconds", registry).set(backlog.oldest_ms / 1000)


def _gauge(name: str, registry: CollectorRegistry) -> Gauge:
    label, words = METRICS[name]
    return Gauge(name, words, [label] if label else [], registry=registry)
