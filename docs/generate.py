"""Write the reference pages that come from the code; a test fails when they differ from it.

``make docs`` runs this. Each page is a function that gives the page's text.
"""

import json
from collections.abc import Callable, Mapping
from inspect import getdoc
from pathlib import Path

from roomreach.measurement import KINDS, NotMeasured, Reason
from roomreach.report import Report
from roomreach.series import SERIES
from roomreach.shape import Between, Field, Text, fields_of
from roomreach_agent.settings import reference as agent_settings
from roomreach_api.metrics.service import METRICS as RECORDED
from roomreach_api.openapi import document as openapi_document
from roomreach_collector import metrics

REFERENCE = Path(__file__).parent / "reference"

_SERIES_OPENING = """\
# Series

One wide point per report, kind and target. A point's identity is its tags and the time it was taken, in UTC
milliseconds. The name of a series is the InfluxDB measurement and the DuckDB table.
"""

_SETTINGS_OPENING = """\
# An agent's settings

One TOML file. `roomreach agents add` prints one that is ready; `roomreach-agent check` lists every fault
in it at once.
"""

_METRICS_OPENING = """\
# Metrics

What Prometheus reads at `/metrics`. `roomreach_collector_…` are the collector's own, shown where
`ROOMREACH_COLLECTOR_LISTEN` says, and by a hub beside the API's. The others are what the records say: the API
shows all of them, and a collector in a process of its own those of records, kept reports, quarantine and
jobs.
No metric carries a name of a place.
"""

_MEASUREMENTS_OPENING = """\
# Measurements

What an agent can say. Every kind has an optional `reason`: without one it went well, with one it failed.
"""


def series_page() -> str:
    """List every series, its tags and its fields."""
    parts = [_SERIES_OPENING]
    for series in SERIES.values():
        targets = f" (`target`: {', '.join(series.targets)})" if series.targets else ""
        parts.append(f"## {series.name}\n\nTags: {', '.join(f'`{tag}`' for tag in series.tags)}{targets}\n")
        rows = [f"| `{column.name}` | {column.type} | {column.unit} |" for column in series.columns]
        parts.append("\n".join(["| field | type | unit |", "|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def measurements_page() -> str:
    """List every kind of measurement, and every reason."""
    parts = [_MEASUREMENTS_OPENING]
    kinds = (*KINDS.values(), NotMeasured)
    parts += [f"## {kind.kind}\n\n{getdoc(kind)}\n\n{_fields_table(kind)}" for kind in kinds]
    reasons = "\n".join(f"- `{reason}`" for reason in Reason)
    parts.append(f"## Reasons\n\n{reasons}\n")
    return "\n".join(parts)


def report_page() -> str:
    """List the fields of a report."""
    return f"# Report\n\n{getdoc(Report)}\n\n{_fields_table(Report)}"


def agent_settings_page() -> str:
    """List every key of an agent's settings file."""
    rows = [
        f"| `{setting.key}` | {setting.type} | {setting.default} | {setting.meaning} |"
        for setting in agent_settings()
    ]
    table = "\n".join(["| key | type | default | what it decides |", "|---|---|---|---|", *rows])
    return f"{_SETTINGS_OPENING}\n{table}\n"


def metrics_page() -> str:
    """List every metric of the collector and of the API."""
    rows = [
        (f"{metrics.PREFIX}{name}_total", "counter", shown.label, shown.words)
        for name, shown in metrics.COUNTERS.items()
    ]
    rows += [
        (f"{metrics.PREFIX}{name}", "gauge", shown.label, shown.words)
        for name, shown in metrics.GAUGES.items()
    ]
    rows.append((f"{metrics.PREFIX}batch_seconds", "histogram", "", metrics.BATCH_WORDS))
    rows += [(name, "gauge", label, words) for name, (label, words) in RECORDED.items()]
    lines = [f"| `{name}` | {kind} | {label} | {words} |" for name, kind, label, words in rows]
    table = "\n".join(["| name | type | label | what it says |", "|---|---|---|---|", *lines])
    return f"{_METRICS_OPENING}\n{table}\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "series.md": series_page,
    "measurements.md": measurements_page,
    "report.md": report_page,
    "agent-settings.md": agent_settings_page,
    "metrics.md": metrics_page,
    "openapi.json": lambda: json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n",
}


def _fields_table(kind: type) -> str:
    rows = [
        f"| `{field.name}` | {field.base.__name__} | {_bound(field)} | {'no' if field.required else 'yes'} |"
        for field in fields_of(kind)
    ]
    return "\n".join(["| field | type | bound | may be left out |", "|---|---|---|---|", *rows]) + "\n"


def _bound(field: Field) -> str:
    match field.bound:
        case Between(low, high, unit):
            return f"{low:g} to {high:g} {unit}".rstrip()
        case Text(longest, _):
            return f"at most {longest} characters"
        case _:
            return ", ".join(field.choices or ())


if __name__ == "__main__":
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page())
