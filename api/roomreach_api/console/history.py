"""What was measured at a site or in a room over days? The one place that asks the series for pages.

Here roll-ups will come in: until then hours are averaged by the store, and few rows are ever read.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from roomreach.errors import Refused
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.measurement import Outcome
from roomreach.moments import milliseconds
from roomreach_api.console.intervals import Intervals
from roomreach_api.console.speeds import COLUMNS, Speed, speed
from roomreach_api.console.statistics.hours import DAY_MS, HOUR_MS
from roomreach_api.console.statistics.spans import Failure
from roomreach_api.console.statistics.trails import Row
from roomreach_api.reading import Reading
from roomreach_store.series import MOST_ROWS, Aggregate, Question, Track, Window

CHECKS = ("gateway", "latency", "names", "link")
"""The kinds that are measured in every report."""
_QUARTER_MS = HOUR_MS // 4
_MOST_APART = 5_000
"""So many failures of one kind are read one by one: more are gathered in windows."""

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site or a room, and how many days up to now are asked about."""

    days: int
    site: SiteId | None = None
    room: RoomId | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """What one agent measured in one room, row after row; ``target`` is whom it asked."""

    agent: AgentId
    room: RoomId
    target: str | None
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """What failed, and how exactly the times are known (ms; 0: they are those of the reports), by kind."""

    by_kind: Mapping[str, Sequence[Failure]]
    exact_ms: Mapping[str, int]


def between(reading: Reading, days: int) -> tuple[int, int]:
    """Give the last days as [start, end), UTC ms."""
    end = reading.now + timedelta(milliseconds=1)
    return milliseconds(end - timedelta(days=days)), milliseconds(end)


def averages(
    reading: Reading,
    place: Place,
    kind: str,
    columns: tuple[str, ...],
    every_ms: int,
    *,
    target: str | None = None,
) -> list[Trail]:
    """Average numbers of a kind in windows; those in which nothing is known are absent."""
    window = Window(every_ms=every_ms, aggregate=Aggregate.MEAN)
    return [_trail(track) for track in _read(reading, place, kind, columns, window=window, target=target)]


def checks(
    reading: Reading,
    place: Place,
    kind: str,
    every_ms: int,
    outcome: Outcome,
    *,
    target: str | None = None,
) -> list[Trail]:
    """Count the checks of one outcome in windows; those without any are absent."""
    window = Window(every_ms=every_ms, aggregate=Aggregate.COUNT)
    found = _read(reading, place, kind, ("outcome",), window=window, outcome=outcome, target=target)
    return [_trail(track) for track in found]


def by_room(reading: Reading, place: Place, kind: str, outcome: Outcome) -> Mapping[RoomId, int]:
    """Count the checks of one outcome in each room."""
    counted: Counter[RoomId] = Counter()
    for trail in checks(reading, place, kind, DAY_MS, outcome):
        counted[trail.room] += sum(int(count or 0) for _, (count,) in trail.rows)
    return counted


def speeds(reading: Reading, place: Place) -> list[Speed]:
    """Give every throughput test that gave a figure."""
    tracks = _read(reading, place, "throughput", COLUMNS)
    return [speed(track, at_ms, values) for track in tracks for at_ms, values in track.rows]


def intervals(reading: Reading, place: Place) -> Intervals:
    """Give how long each agent waited from report to report, as it was then."""

    def longest(every_ms: int) -> list[Track]:
        window = Window(every_ms=every_ms, aggregate=Aggregate.MAX)
        return _read(reading, place, "report", ("interval_s",), window=window)

    every_ms, tracks = _as_fine_as_fits(longest, (HOUR_MS, DAY_MS))
    rows = ((_trail(track).agent, row) for track in tracks for row in _trail(track).rows)
    return Intervals.of(every_ms, ((agent, at_ms, int(s or 0)) for agent, (at_ms, (s,)) in rows))


def failures(reading: Reading, place: Place) -> Failures:
    """Give every check and test that failed."""
    read = {kind: _failures(reading, place, kind) for kind in (*CHECKS, "throughput")}
    return Failures(
        by_kind={kind: found for kind, (found, _) in read.items()},
        exact_ms={kind: exact_ms for kind, (_, exact_ms) in read.items()},
    )


def not_measured(reading: Reading, place: Place, kind: str) -> dict[tuple[AgentId, str | None], str]:
    """Give for each agent and target why it could not measure a kind, when that was so last."""
    window = Window(every_ms=DAY_MS, aggregate=Aggregate.LAST)
    tracks = _read(reading, place, kind, ("reason",), window=window, outcome=Outcome.NOT_MEASURED)
    return {(track.agent, track.target): str(track.rows[-1][1][0]) for track in tracks}


def days_that_fit(rooms: int, wanted: int, fewest: int) -> int:
    """Give as many days as are wanted where their hours fit into one answer; else the fewest."""
    rows = rooms * wanted * DAY_MS // HOUR_MS
    return wanted if rows <= MOST_ROWS // 2 else fewest


def _failures(reading: Reading, place: Place, kind: str) -> tuple[list[Failure], int]:
    # Counted first: what failed a few times is then read report by report, the rest by its windows.
    def counted(every_ms: int) -> list[Trail]:
        return checks(reading, place, kind, every_ms, Outcome.FAILED)

    every_ms, counts = _as_fine_as_fits(counted, (_QUARTER_MS, HOUR_MS, DAY_MS))
    times = {
        (trail.agent, trail.room, trail.target, at_ms): int(count or 0)
        for trail in counts
        for at_ms, (count,) in trail.rows
    }
    if not times:
        return [], 0
    apart = sum(times.values()) <= _MOST_APART
    window = None if apart else Window(every_ms=every_ms, aggregate=Aggregate.LAST)
    tracks = _read(reading, place, kind, ("reason",), window=window, outcome=Outcome.FAILED)
    return [
        Failure(
            room=track.room,
            agent=track.agent,
            kind=kind,
            target=track.target,
            reason=str(reason),
            at_ms=at_ms,
            checks=1 if apart else times.get((track.agent, track.room, track.target, at_ms), 1),
        )
        for track in tracks
        for at_ms, (reason,) in track.rows
    ], 0 if apart else every_ms


def _as_fine_as_fits(ask: Callable[[int], _Answer], widths_ms: Sequence[int]) -> tuple[int, _Answer]:
    """Ask in the finest windows whose answer is not too long; raises ``Refused`` when none is fine enough."""
    for every_ms in widths_ms[:-1]:
        try:
            return every_ms, ask(every_ms)
        except Refused:
            continue
    return widths_ms[-1], ask(widths_ms[-1])


def _read(
    reading: Reading,
    place: Place,
    kind: str,
    columns: tuple[str, ...],
    *,
    window: Window | None = None,
    outcome: Outcome | None = None,
    target: str | None = None,
) -> list[Track]:
    start_ms, end_ms = between(reading, place.days)
    question = Question(
        series=kind,
        columns=columns,
        start_ms=start_ms,
        end_ms=end_ms,
        site=place.site,
        room=place.room,
        target=target,
        outcome=outcome,
        window=window,
    )
    return reading.tracks(question)


def _trail(track: Track) -> Trail:
    # What is averaged or counted are numbers: the store refuses any other question.
    return Trail(track.agent, track.room, track.target, track.rows)  # type: ignore[arg-type]
