"""How do points get into DuckDB's tables, fast and each once?

A table has no key of its own: one over eight words would have to be in memory whole, and would grow with
history. Instead the writer, of which there is one, remembers up to when each agent has points. Later ones are
new and are only appended; others are looked for among the rows of their own time.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import duckdb

from roomreach.places import Whereabouts
from roomreach.series import SERIES, TAGS, Point, Series, Value
from roomreach_store.series import duckdb_sql

Identity = tuple[Any, ...]
Values = tuple[Value | None, ...]

_AGENT = TAGS.index("agent")


class Tables:
    """The tables of one file, made or completed as ``roomreach.series`` wants them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        known: dict[str, set[str]] = defaultdict(set)
        for table, column in connection.execute(duckdb_sql.KNOWN).fetchall():
            known[table].add(column)
        for series in SERIES.values():
            for statement in duckdb_sql.completing(series, known[series.name]):
                connection.execute(statement)
        self._newest_at_opening: int = max(
            newest
            for series in SERIES.values()
            for (newest,) in connection.execute(duckdb_sql.newest(series)).fetchall()
        )
        self._newest: dict[str, int] = {}

    def write(self, points: Sequence[Point]) -> None:
        """Write points in one transaction, over the same ones that are there; on disk when this returns."""
        rows: dict[str, dict[Identity, Values]] = defaultdict(dict)
        late: dict[str, list[Identity]] = defaultdict(list)
        reached = dict[str, int]()
        for point in points:
            agent, taken_ms = point.whereabouts.agent, point.taken_ms
            target = () if point.target is None else (point.target,)
            identity = (*point.whereabouts, *target, taken_ms)
            same = rows[point.series].get(identity)
            rows[point.series][identity] = over(same, point.values) if same else point.values
            if taken_ms <= self._newest.get(agent, self._newest_at_opening):
                late[point.series].append(identity)
            elif taken_ms > reached.get(agent, -1):
                reached[agent] = taken_ms
        with self._transaction():
            for series, of_series in rows.items():
                if series in late:
                    self._take_out(SERIES[series], of_series, late[series])
                self._append(SERIES[series], of_series)
        self._newest.update(reached)

    def replace(self, whereabouts: Whereabouts, start_ms: int, end_ms: int) -> int:
        """Move an agent's rows to where they belong, over the same ones that are there; say how many."""
        moved = 0
        asked = [whereabouts.agent, start_ms, end_ms, list(whereabouts)]
        with self._transaction():
            for series in SERIES.values():
                found = self._connection.execute(duckdb_sql.astray(series), asked).fetchall()
                if found:
                    self._move(series, found, whereabouts)
                    moved += len(found)
        return moved

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _move(self, series: Series, found: Sequence[Sequence[Any]], whereabouts: Whereabouts) -> None:
        width = len(duckdb_sql.identity(series))
        rows: dict[Identity, Values] = {}
        for _, *row in found:
            identity = (*whereabouts, *row[len(TAGS) : width])
            values = tuple(row[width:])
            rows[identity] = over(rows[identity], values) if identity in rows else values
        self._connection.execute(duckdb_sql.forgetting(series), [[rowid for rowid, *_ in found]])
        self._take_out(series, rows, list(rows))
        self._append(series, rows)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.begin()
        try:
            yield
            self._connection.commit()
        except BaseException:
            with suppress(duckdb.Error):
                self._connection.rollback()
            raise

    def _append(self, series: Series, rows: dict[Identity, Values]) -> None:
        with self._connection.appender(series.name, columns=list(duckdb_sql.columns(series))) as appender:
            appender.append_rows([identity + values for identity, values in rows.items()])

    def _take_out(self, series: Series, rows: dict[Identity, Values], late: list[Identity]) -> None:
        """Take rows that are there already into the new ones, and out of their table."""
        width = len(duckdb_sql.identity(series))
        agents = [identity[_AGENT] for identity in late]
        moments = [identity[-1] for identity in late]
        found = self._connection.execute(
            duckdb_sql.stored_already(series), [agents, moments, min(moments), max(moments)]
        ).fetchall()
        taken = []
        for rowid, *row in found:
            identity = tuple(row[:width])
            if identity in rows:
                rows[identity] = over(row[width:], rows[identity])
                taken.append(rowid)
        if taken:
            self._connection.execute(duckdb_sql.forgetting(series), [taken])


def over(earlier: Sequence[Value | None], later: Values) -> Values:
    """Write values over those of the same point: of each column the last one that is known."""
    return tuple(old if new is None else new for old, new in zip(earlier, later, strict=True))
