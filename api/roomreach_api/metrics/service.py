"""Which numbers do the records give to whoever watches this system? Counts and ages, never a name."""

from collections import Counter

from prometheus_client import CollectorRegistry, Gauge

from roomreach.errors import Misconfigured, NotFound, Unavailable
from roomreach_api.reading import Reading
from roomreach_store.records.kept import Why


def gauges(reading: Reading) -> CollectorRegistry:
    """Read them; when the records cannot be read, say just that."""
    registry = CollectorRegistry()
    readable = Gauge(
        "roomreach_records_readable", "Whether the records could be read (1) or not (0).", registry=registry
    )
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
    agents = Gauge("roomreach_agents", "Agents, by whether they are heard.", ["state"], registry=registry)
    for state in ("heard", "silent", "never_heard"):
        agents.labels(state).set(states[state])
    if said:
        age = Gauge(
            "roomreach_last_report_age_seconds", "Age of the newest report of any agent.", registry=registry
        )
        age.set(min(one.age for one in said.values()).total_seconds())
    waiting = Gauge(
        "roomreach_reports_kept", "Reports kept whole, by what they lack.", ["why"], registry=registry
    )
    for why in Why:
        waiting.labels(why).set(sum(n for (_, lacks), n in reading.waiting.items() if lacks is why))
    try:
        totals = reading.quarantine_totals()
    except NotFound:  # this caller may not know
        return
    Gauge("roomreach_quarantine_rows", "Messages in quarantine.", registry=registry).set(totals.rows)
