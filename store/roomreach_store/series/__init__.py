"""The series store: what agents measured, as points in time. One protocol, three implementations.

The names of series, tags and columns are those of ``roomreach.series``, in every implementation. One suite of
contract tests runs over all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from roomreach.errors import Refused
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.measurement import Outcome
from roomreach.places import Whereabouts
from roomreach.series import Point, Value

MOST_ROWS = 50_000
"""No answer holds more rows: a question that would is refused, with the advice to narrow it."""


class Aggregate(StrEnum):
    """How the values of one window become one value; values that are not known do not count."""

    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    LAST = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Cut the time asked about into windows of ``every_ms``, aligned to 1970, and aggregate in each."""

    every_ms: int
    aggregate: Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to read: some columns of one series, of a site, a room or an agent, in [``start_ms``, ``end_ms``).

    ``outcome`` leaves what came of asking otherwise aside; None asks for every outcome. ``target`` leaves
    aside what others than it were asked.
    """

    series: str
    columns: tuple[str, ...]
    start_ms: int
    end_ms: int
    room: RoomId | None = None
    agent: AgentId | None = None
    site: SiteId | None = None
    target: str | None = None
    outcome: Outcome | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """What one agent measured of one target in one room, in the order of time.

    ``rows`` are (time in ms, values in the order asked); with a window the time is the window's start.
    Rows and windows in which no column asked for is known are absent, so a count of 0 stands only beside
    another column's. ``target`` is None for a series without targets.
    """

    agent: AgentId
    room: RoomId
    target: str | None
    rows: tuple[tuple[int, tuple[Value | None, ...]], ...]


class PointsRefused(Refused):
    """Some points of a batch can never be stored; every other point of that batch is stored.

    ``faults`` maps the index of each refused point in the batch to the database's reason.
    """

    def __init__(self, faults: Mapping[int, str]) -> None:
        super().__init__(f"{len(faults)} points refused, the first because: {next(iter(faults.values()))}")
        self.faults = dict(faults)


class SeriesStore(Protocol):
    """Where points are written and read. Safe to use from several threads."""

    def write(self, points: Sequence[Point]) -> None:
        """Store points, returning only once the database has confirmed all of them on disk.

        Points fit their series, as ``roomreach.series.points`` makes them. A point written twice is one
        point: of each column the last value written that is known. Raises ``PointsRefused`` when some can
        never be stored (the others are), and ``Unavailable`` when it is not known whether any was: write
        all of them again.
        """

    def read(self, question: Question) -> list[Track]:
        """Answer a question, tracks in the order of agent, target and room.

        Raises ``Unavailable``, and ``Refused`` for a question without an answer: an unknown series or
        column, a mean of words, or more rows than ``MOST_ROWS``.
        """

    def replace(self, whereabouts: Whereabouts, start_ms: int, end_ms: int) -> int:
        """Put all that the agent of ``whereabouts`` measured in [``start_ms``, ``end_ms``) there.

        Returns how many points stood elsewhere. Where a point of the same kind, target and time is there
        already, the one that comes is written over it. No point is lost when this is interrupted, though some
        may then stand in both places: done again, it is completed. Ask for no more time than one writes at
        once. Raises ``Unavailable``, and ``Refused`` from a store that cannot delete, which then changed
        nothing.
        """

    def ready(self) -> None:
        """Return when the store can be used; raise ``Unavailable`` or ``Misconfigured`` saying why not."""

    def close(self) -> None:
        """Let go of files and connections."""
