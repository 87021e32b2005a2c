"""What was measured at a site or in a room over days? The one place that asks the series for pages.

Here roll-ups will come in: until then hours are averaged by the store, and few rows are ever read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from roomreach.errors import Refused
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.measurement import Outcome
from roomreach.moments import milliseconds
from roomreach_api.console.speeds import COLUMNS, Speed, speed
from roomreach_api.console.statistics.hours import DAY_MS, HOUR_MS
from roomreach_api.console.statistics.spans import Failure
from roomreach_api.console.statistics.trails import Row
from roomreach_api.reading import Reading
from roomreach_store.series import MOST_ROWS, Aggregate, Question, Track, Window

CHECKS = ("gateway", "latency", "names", "link")
"""The kinds that are measured in every report."""
_COARSER_MS = (None, 5 * 60_000, HOUR_MS)
_TARGETS = 2
"""How many ways out are usually measured."""


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
    """What failed, by kind, and how exactly the times are known (ms; 0: they are those of the reports)."""

    by_kind: Mapping[str, Sequence[Failure]]
    exact_ms: int


def between(reading: Reading, days: int) -> tuple[int, int]:
    """Give the last days as [start, end), UTC ms."""
    end = reading.now + timedelta(milliseconds=1)
    return milliseconds(end - timedelta(days=days)), milliseconds(end)


def averages(
    reading: Reading, place: Place, kind: str, columns: tuple[str, ...], every_ms: int
) -> list[Trail]:
    """Average numbers of a kind in windows; those in which nothing is known are absent."""
    window = Window(every_ms=every_ms, aggregate=Aggregate.MEAN)
    return [_trail(track) for track in _read(reading, place, kind, columns, window=window)]


def checks(reading: Reading, place: Place, kind: str, every_ms: int, outcome: Outcome) -> list[Trail]:
    """Count the checks of one outcome in windows; those without any are absent."""
    window = Window(every_ms=every_ms, aggregate=Aggregate.COUNT)
    return [
        _trail(track) for track in _read(reading, place, kind, ("outcome",), window=window, outcome=outcome)
    ]


def speeds(reading: Reading, place: Place) -> list[Speed]:
    """Give every throughput test that gave a figure."""
    tracks = _read(reading, place, "throughput", COLUMNS)
    return [speed(track, at_ms, values) for track in tracks for at_ms, values in track.rows]


def failures(reading: Reading, place: Place) -> Failures:
    """Give every check and test that failed."""
    read = {kind: _failures(reading, place, kind) for kind in (*CHECKS, "throughput")}
    return Failures(
        by_kind={kind: found for kind, (found, _) in read.items()},
        exact_ms=max(exact_ms for _, exact_ms in read.values()),
    )


def _failures(reading: Reading, place: Place, kind: str) -> tuple[list[Failure], int]:
    # Each report where the answer is not too long; else the last failure of each window.
    for every_ms in _COARSER_MS:
        window = Window(every_ms=every_ms, aggregate=Aggregate.LAST) if every_ms else None
        try:
            tracks = _read(reading, place, kind, ("reason",), window=window, outcome=Outcome.FAILED)
        except Refused:
            continue
        return [
            Failure(
                room=track.room,
                agent=track.agent,
                kind=kind,
                target=track.target,
                reason=str(reason),
                at_ms=at_ms,
            )
            for track in tracks
            for at_ms, (reason,) in track.rows
        ], every_ms or 0
    raise Refused(f"More failed here in {place.days} days than one page can hold.")


def not_measured(reading: Reading, place: Place, kind: str) -> dict[tuple[AgentId, str | None], str]:
    """Give for each agent and target why it could not measure a kind, when that was so last."""
    window = Window(every_ms=DAY_MS, aggregate=Aggregate.LAST)
    tracks = _read(reading, place, kind, ("reason",), window=window, outcome=Outcome.NOT_MEASURED)
    return {(track.agent, track.target): str(track.rows[-1][1][0]) for track in tracks}


def days_that_fit(rooms: int, wanted: int, fewest: int) -> int:
    """Give as many days as are wanted where their hours fit into one answer; else the fewest."""
    rows = rooms * wanted * DAY_MS // HOUR_MS * _TARGETS
    return wanted if rows <= MOST_ROWS // 2 else fewest


def _read(
    reading: Reading,
    place: Place,
    kind: str,
    columns: tuple[str, ...],
    *,
    window: Window | None = None,
    outcome: Outcome | None = None,
) -> list[Track]:
    start_ms, end_ms = between(reading, place.days)
    question = Question(
        series=kind,
        columns=columns,
        start_ms=start_ms,
        end_ms=end_ms,
        site=place.site,
        room=place.room,
        outcome=outcome,
        window=window,
    )
    return reading.tracks(question)


def _trail(track: Track) -> Trail:
    # What is averaged or counted are numbers: the store refuses any other question.
    return Trail(track.agent, track.room, track.target, track.rows)  # type: ignore[arg-type]
