"""The SQL of the DuckDB store. Names come from the table of series; every value is a parameter."""

from collections.abc import Container, Sequence

from roomreach.series import SERIES, TAGS, Column, ColumnType, Series, Value
from roomreach_store.series import MOST_ROWS, Aggregate, Question

TYPES: dict[ColumnType, str] = {"bool": "BOOLEAN", "int": "BIGINT", "float": "DOUBLE", "str": "VARCHAR"}

_AGGREGATES = {
    Aggregate.MEAN: "avg({})",
    Aggregate.MIN: "min({})",
    Aggregate.MAX: "max({})",
    Aggregate.COUNT: "count({})",
    Aggregate.LAST: "arg_max({}, taken_ms)",
}


def identity(series: Series) -> tuple[str, ...]:
    """Name the columns that make a row itself."""
    return (*series.tags, "taken_ms")


def columns(series: Series) -> dict[str, str]:
    """Name all the columns of a series' table, and their types."""
    own = {column.name: TYPES[column.type] for column in series.columns}
    return {**dict.fromkeys(series.tags, "VARCHAR"), "taken_ms": "BIGINT", **own}


KNOWN = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
"""Find every column there is, with its table."""


def completing(series: Series, known: Container[str]) -> list[str]:
    """Make a series' table, or add the columns that a newer version has and it has not."""
    wanted = columns(series)
    if series.tags[0] not in known:
        listed = ", ".join(f"{name(column)} {type_}" for column, type_ in wanted.items())
        return [f"CREATE TABLE {name(series.name)} ({listed})"]
    return [
        f"ALTER TABLE {name(series.name)} ADD COLUMN {name(column)} {type_}"
        for column, type_ in wanted.items()
        if column not in known
    ]


def newest(series: Series) -> str:
    """Find the newest moment in a series' table, -1 when it is empty."""
    return f"SELECT coalesce(max(taken_ms), -1) FROM {name(series.name)}"  # noqa: S608 - names are ours


def stored_already(series: Series) -> str:
    """Find the rows of some agents ($1) and moments ($2) from $3 to $4: rowid, identity, values."""
    return (
        f"SELECT rowid, {_listed(columns(series))} FROM {name(series.name)} "  # noqa: S608 - names are ours
        "WHERE taken_ms BETWEEN $3 AND $4 AND (agent, taken_ms) IN (SELECT unnest($1), unnest($2))"
    )


def astray(series: Series) -> str:
    """Find the rows of an agent ($1) from $2 to before $3 whose tags are not $4: rowid, identity, values."""
    tags = _listed(TAGS)
    return (
        f"SELECT rowid, {_listed(columns(series))} FROM {name(series.name)} "  # noqa: S608 - names are ours
        f"WHERE agent = $1 AND taken_ms >= $2 AND taken_ms < $3 AND [{tags}] <> $4"
    )


def forgetting(series: Series) -> str:
    """Delete rows by their rowids ($1)."""
    return f"DELETE FROM {name(series.name)} WHERE rowid IN (SELECT unnest($1))"  # noqa: S608 - names are ours


def statement(question: Question, asked: Sequence[Column]) -> tuple[str, list[Value]]:
    """Write a question, whose columns ``questions.columns_of`` has checked, in SQL, with its parameters."""
    series = SERIES[question.series]
    values: list[Value] = [question.start_ms, question.end_ms]
    where = "taken_ms >= $1 AND taken_ms < $2"
    same = {
        "agent": question.agent,
        "room": question.room,
        "site": question.site,
        "target": question.target,
        "outcome": question.outcome,
    }
    for tag, value in same.items():
        if value is not None:
            values.append(value)
            where += f" AND {tag} = ${len(values)}"
    known = " OR ".join(f"{name(column.name)} IS NOT NULL" for column in asked)
    time, selected, group = "taken_ms", [name(column.name) for column in asked], ""
    if question.window is not None:
        values.append(question.window.every_ms)
        time = f"taken_ms - taken_ms % ${len(values)}"
        selected = [_AGGREGATES[question.window.aggregate].format(column) for column in selected]
        group = "GROUP BY ALL "
    target = "target" if series.targets else "NULL"
    sql = (
        f"SELECT agent, {target} AS target, room, {time} AS time_ms, {', '.join(selected)} "  # noqa: S608 - names are ours
        f"FROM {name(series.name)} WHERE {where} AND ({known}) {group}"
        f"ORDER BY agent, target NULLS FIRST, room, time_ms LIMIT {MOST_ROWS + 1}"
    )
    return sql, values


def name(text: str) -> str:
    """Quote a name."""
    return f'"{text}"'


def _listed(names: Sequence[str] | dict[str, str]) -> str:
    return ", ".join(map(name, names))
