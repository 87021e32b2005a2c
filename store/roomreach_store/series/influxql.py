"""Questions to InfluxQL, and its answers to rows. Only checked names and identifiers are written into one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from roomreach.identifiers import AgentId
from roomreach.places import Whereabouts
from roomreach.report import LATEST_MS
from roomreach.series import SERIES, TAGS, Column, Point, Series, Value
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
            for tag, value in (
                ("agent", question.agent),
                ("room", question.room),
                ("site", question.site),
                ("target", question.target),
                ("outcome", question.outcome),
            )
            if value
        ),
    ]
    return (
        f"SELECT {', '.join(selected)} FROM {name(question.series)} WHERE {' AND '.join(wanted)} "  # noqa: S608 - names are ours
        f"GROUP BY {', '.join(groups)}{' fill(none)' if window else ''} LIMIT {MOST_ROWS + 1}"
    )


def everything(series: Series, agent: AgentId, start_ms: int, end_ms: int) -> str:
    """Ask for every point of an agent, apart by all that identifies it."""
    selected = ", ".join(name(column.name) for column in series.columns)
    groups = ", ".join(map(name, series.tags))
    return (
        f"SELECT {selected} FROM {name(series.name)} "  # noqa: S608 - names are ours
        f"WHERE {_of(agent, start_ms, end_ms)} GROUP BY {groups}"
    )


def deleting(series: Series, tags: Mapping[str, str], start_ms: int, end_ms: int) -> str:
    """Delete the points of these tags."""
    same = " AND ".join(f"{name(tag)} = '{tags[tag]}'" for tag in TAGS if tag != "agent")
    return (
        f"DELETE FROM {name(series.name)} "  # noqa: S608 - names are ours
        f"WHERE {_of(AgentId(tags['agent']), start_ms, end_ms)} AND {same}"
    )


def _of(agent: AgentId, start_ms: int, end_ms: int) -> str:
    start, end = max(start_ms, 0), min(end_ms, LATEST_MS + 1)
    return f"\"agent\" = '{agent}' AND time >= {start}ms AND time < {end}ms"


def found_in(result: Mapping[str, Any], series: Series) -> Iterator[tuple[Mapping[str, str], list[Point]]]:
    """Read the answer to ``everything``: the points of each combination of tags."""
    for one in result.get("series", ()):
        tags = one["tags"]
        whereabouts = Whereabouts(*(tags[tag] for tag in TAGS))
        target = tags.get("target") or None
        yield (
            tags,
            [
                Point(
                    series.name,
                    whereabouts,
                    target,
                    time_ms,
                    tuple(_value(v, column, None) for v, column in zip(values, series.columns, strict=True)),
                )
                for time_ms, *values in one["values"]
            ],
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
