"""Questions to InfluxQL, and its answers to rows. Only checked names and identifiers are written into one."""

from collections.abc import Mapping, Sequence
from typing import Any

from roomreach.report import LATEST_MS
from roomreach.series import SERIES, Column, Value
from roomreach_store.series import MOST_ROWS, Aggregate, Question
from roomreach_store.series.tracks import Row


def statement(question: Question, columns: Sequence[Column]) -> str:
    """Write a question, whose columns ``questions.columns_of`` has checked, in InfluxQL."""
    window = question.window
    selected = [name(column.name) for column in columns]
    groups = [name(tag) for tag in ("agent", "room", "target") if tag in SERIES[question.series].tags]
    if window is not None:
        selected = [f"{window.aggregate}({column})" for column in selected]
        groups.insert(0, f"time({window.every_ms}ms)")
    wanted = [
        # InfluxDB counts nanoseconds in 64 bits: a moment no report can have would overflow them.
        f"time >= {max(question.start_ms, 0)}ms",
        f"time < {min(question.end_ms, LATEST_MS + 1)}ms",
        *(
            f"{name(tag)} = '{value}'"
            for tag, value in (("agent", question.agent), ("room", question.room))
            if value
        ),
    ]
    return (
        f"SELECT {', '.join(selected)} FROM {name(question.series)} WHERE {' AND '.join(wanted)} "  # noqa: S608 - names are ours
        f"GROUP BY {', '.join(groups)}{' fill(none)' if window else ''} LIMIT {MOST_ROWS + 1}"
    )


def name(text: str) -> str:
    """Quote an identifier."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def rows(result: Mapping[str, Any], question: Question, columns: Sequence[Column]) -> list[Row]:
    """Read one statement's result, in the order of an answer."""
    aggregate = question.window.aggregate if question.window else None
    read: list[Row] = []
    for series in result.get("series", ()):
        tags = series["tags"]
        for time_ms, *found in series["values"]:
            values = tuple(_value(v, column, aggregate) for v, column in zip(found, columns, strict=True))
            if any(value is not None for value in found):
                read.append((tags["agent"], tags.get("target") or None, tags["room"], time_ms, values))
    return sorted(read, key=lambda row: (row[0], row[1] or "", row[2], row[3]))


def _value(value: Any, column: Column, aggregate: Aggregate | None) -> Value | None:  # noqa: ANN401 - JSON
    if aggregate is Aggregate.COUNT:
        return int(value or 0)
    # JSON knows one kind of number: 3.0 comes as 3.
    if value is not None and (column.type == "float" or aggregate is Aggregate.MEAN):
        return float(value)
    return value  # type: ignore[no-any-return]
