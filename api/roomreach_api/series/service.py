"""Turns what is asked in an address into a question that a store can answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from roomreach.errors import NotFound, Refused
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.measurement import Outcome
from roomreach.moments import milliseconds
from roomreach.series import SERIES, Column, Series
from roomreach_api.series.moments import span_ms
from roomreach_store.series import Aggregate, Question, Window

DEFAULT_SPAN = timedelta(hours=24)
LONGEST = timedelta(days=31)
_OF_NUMBERS = frozenset({Aggregate.MEAN, Aggregate.MIN, Aggregate.MAX})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a caller asked, as it was written; None is not said."""

    kind: str
    site: SiteId | None
    room: RoomId | None
    agent: AgentId | None
    columns: Sequence[str]
    start: datetime | None
    end: datetime | None
    every: str | None
    aggregate: Aggregate | None
    outcome: Outcome | None


def question(asked: Asked, now: datetime) -> Question:
    """Fill in what was not said; raises ``NotFound`` for an unknown series, and ``Refused`` saying why."""
    series = SERIES.get(asked.kind)
    if series is None:
        raise NotFound(f"There is no series {asked.kind!r}. There are: {', '.join(SERIES)}.")
    if asked.site is None and asked.room is None and asked.agent is None:
        raise Refused("Say whose measurements: give a site, a room or an agent.")
    window = _window(asked)
    start_ms, end_ms = _between(asked, now)
    return Question(
        series=series.name,
        columns=_columns(asked.columns, series, window),
        start_ms=start_ms,
        end_ms=end_ms,
        site=asked.site,
        room=asked.room,
        agent=asked.agent,
        outcome=asked.outcome,
        window=window,
    )


def described(asked: Question) -> list[Column]:
    """Give the columns of an answered question: a count is a number without a unit, whatever is counted."""
    known = {column.name: column for column in SERIES[asked.series].columns}
    if asked.window and asked.window.aggregate is Aggregate.COUNT:
        return [Column(name, "int") for name in asked.columns]
    mean = asked.window is not None and asked.window.aggregate is Aggregate.MEAN
    return [Column(name, "float" if mean else known[name].type, known[name].unit) for name in asked.columns]


def _between(asked: Asked, now: datetime) -> tuple[int, int]:
    end = asked.end or (now if asked.start is None else min(now, asked.start + LONGEST))
    start = asked.start or end - DEFAULT_SPAN
    if start >= end:
        raise Refused(f"The start, {start.isoformat()}, is not before the end, {end.isoformat()}.")
    if end - start > LONGEST:
        raise Refused(
            f"One answer covers at most {LONGEST.days} days: ask for a shorter time, then the next."
        )
    return milliseconds(start), milliseconds(end)


def _window(asked: Asked) -> Window | None:
    if asked.every is None:
        if asked.aggregate is not None:
            raise Refused(f"Say how long a window is (every=5m, for example) to have its {asked.aggregate}.")
        return None
    every_ms = span_ms(asked.every)
    if every_ms > LONGEST / timedelta(milliseconds=1):
        raise Refused(f"A window lasts at most {LONGEST.days} days.")
    return Window(every_ms=every_ms, aggregate=asked.aggregate or Aggregate.MEAN)


def _columns(names: Sequence[str], series: Series, window: Window | None) -> tuple[str, ...]:
    if names:
        return tuple(dict.fromkeys(names))
    if window and window.aggregate in _OF_NUMBERS:
        return tuple(column.name for column in series.columns if column.type in {"int", "float"})
    return tuple(column.name for column in series.columns)
