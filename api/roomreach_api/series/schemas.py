"""How does the API say what was measured over time?"""

from datetime import datetime
from typing import Self

from pydantic import Field

from roomreach.identifiers import AgentId, RoomId
from roomreach.moments import moment
from roomreach.series import ColumnType, Value
from roomreach_api.schemas import AsOf, Model
from roomreach_store.series import Aggregate, Track


class ColumnOut(Model):
    """One column of an answer."""

    name: str = Field(description="Its name.", examples=["median_ms"])
    type: ColumnType = Field(description="The type of its values.", examples=["float"])
    unit: str = Field(description="The unit of its values; empty where they have none.", examples=["ms"])


class RowOut(Model):
    """One moment, or one window."""

    at: datetime = Field(
        description="When it was measured, or when the window begins, UTC.", examples=["2026-11-22T14:00:00Z"]
    )
    values: list[Value | None] = Field(
        description="One value for each column, in their order; null is not known.", examples=[[12.4]]
    )


class TrackOut(Model):
    """What one agent measured of one target in one room, in the order of time."""

    agent: AgentId = Field(description="Who measured.", examples=["a-bcdfghjkmn"])
    room: RoomId = Field(description="Where it was measured.", examples=["r-bcdfghjkmn"])
    target: str | None = Field(
        description="Whom the agent asked; null where the kind has no targets.", examples=["hub"]
    )
    rows: list[RowOut]

    @classmethod
    def of(cls, track: Track) -> Self:
        """Say a track."""
        rows = [RowOut(at=moment(ms), values=list(values)) for ms, values in track.rows]
        return cls(agent=track.agent, room=track.room, target=track.target, rows=rows)


class SeriesOut(Model):
    """The answer to a question about time: [start, end), whole or in windows."""

    as_of: AsOf
    kind: str = Field(description="Which series.", examples=["latency"])
    start: datetime = Field(description="From this moment, included, UTC.", examples=["2026-11-21T14:05:00Z"])
    end: datetime = Field(description="To this moment, not included, UTC.", examples=["2026-11-22T14:05:00Z"])
    every_s: int | None = Field(
        description="The length of a window, seconds; null when each report is given.", examples=[300]
    )
    aggregate: Aggregate | None = Field(description="How each window's values became one.", examples=["mean"])
    columns: list[ColumnOut]
    tracks: list[TrackOut] = Field(description="In the order of agent and target; empty windows are absent.")
