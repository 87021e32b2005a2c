"""Series in memory: for tests and trials, lost when the process ends. The contract in its plainest form."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from threading import Lock
from typing import Any

from roomreach.places import Whereabouts
from roomreach.series import SERIES, Column, ColumnType, Point, Value
from roomreach_store.series import Aggregate, Question, Track, Window
from roomreach_store.series.questions import check_rows, columns_of
from roomreach_store.series.tracks import Row, in_tracks


class MemorySeries:
    """Points in a dictionary by what makes them the same point."""

    def __init__(self) -> None:
        self._points: dict[tuple[object, ...], Point] = {}
        self._lock = Lock()

    def write(self, points: Sequence[Point]) -> None:
        """Keep points until the process ends, which is all that memory can promise."""
        with self._lock:
            for point in points:
                self._keep(point)

    def read(self, question: Question) -> list[Track]:
        """Answer a question by looking at every point there is."""
        columns = columns_of(question)
        with self._lock:
            points = list(self._points.values())
        rows = sorted(_asked(question, columns, points), key=lambda row: (row[0], row[1] or "", *row[2:4]))
        if question.window:
            rows = list(_in_windows(rows, question.window))
        check_rows(len(rows))
        return in_tracks(rows)

    def replace(self, whereabouts: Whereabouts, start_ms: int, end_ms: int) -> int:
        """Take each point out of where it stood and write it where it belongs."""
        with self._lock:
            astray = [
                point
                for point in self._points.values()
                if point.whereabouts.agent == whereabouts.agent
                and point.whereabouts != whereabouts
                and start_ms <= point.taken_ms < end_ms
            ]
            for point in astray:
                del self._points[point.identity]
                self._keep(replace(point, whereabouts=whereabouts))
        return len(astray)

    def ready(self) -> None:
        """Memory always is."""

    def close(self) -> None:
        """There is nothing to let go of."""

    def _keep(self, point: Point) -> None:
        known = self._points.get(point.identity)
        self._points[point.identity] = over(known, point) if known else point


def over(earlier: Point, later: Point) -> Point:
    """Write a point over the same one: of each column the last value that is known."""
    values = tuple(old if new is None else new for old, new in zip(earlier.values, later.values, strict=True))
    return Point(later.series, later.whereabouts, later.target, later.taken_ms, values)


def _asked(question: Question, columns: Sequence[Column], points: list[Point]) -> Iterator[Row]:
    known = SERIES[question.series].columns
    places = [(known.index(column), column.type) for column in columns]
    outcome = next((place for place, column in enumerate(known) if column.name == "outcome"), 0)
    for point in points:
        where = point.whereabouts
        if point.series != question.series:
            continue
        values = tuple(_of_type(point.values[place], type_) for place, type_ in places)
        if (
            any(value is not None for value in values)
            and question.start_ms <= point.taken_ms < question.end_ms
            and question.room in {None, where.room}
            and question.agent in {None, where.agent}
            and question.site in {None, where.site}
            and question.target in {None, point.target}
            and question.outcome in {None, point.values[outcome]}
        ):
            yield where.agent, point.target, where.room, point.taken_ms, values


def _of_type(value: Value | None, type_: ColumnType) -> Value | None:
    return float(value) if type_ == "float" and value is not None else value


def _in_windows(rows: list[Row], window: Window) -> Iterator[Row]:
    def window_of(row: Row) -> tuple[str, str | None, str, int]:
        agent, target, room, taken_ms, _ = row
        return agent, target, room, taken_ms - taken_ms % window.every_ms

    for (agent, target, room, start_ms), together in groupby(rows, window_of):
        every = zip(*(row[4] for row in together), strict=True)
        values = [[value for value in column if value is not None] for column in every]
        yield agent, target, room, start_ms, tuple(_AGGREGATES[window.aggregate](v) for v in values)


_AGGREGATES: Mapping[Aggregate, Callable[[list[Any]], Value | None]] = {
    Aggregate.MEAN: lambda values: sum(values) / len(values) if values else None,
    Aggregate.MIN: lambda values: min(values, default=None),
    Aggregate.MAX: lambda values: max(values, default=None),
    Aggregate.COUNT: len,
    Aggregate.LAST: lambda values: values[-1] if values else None,
}
