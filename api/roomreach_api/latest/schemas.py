"""How does the API say what an agent said last?"""

from datetime import datetime
from typing import Self

from pydantic import Field

from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.online import Online
from roomreach_api.latest.measurements import AnyMeasurement, say
from roomreach_api.said import Said
from roomreach_api.schemas import AsOf, Model


class LatestOut(Model):
    """The latest report of one agent, and what it is worth now."""

    agent: AgentId = Field(description="Whose report.", examples=["a-bcdfghjkmn"])
    room: RoomId | None = Field(
        description="The room it was taken in; null when nobody recorded where the agent stood.",
        examples=["r-bcdfghjkmn"],
    )
    site: SiteId | None = Field(description="The site of that room.", examples=["s-bcdfghjkmn"])
    taken: datetime = Field(
        description="When it was taken, by the agent's clock, UTC.", examples=["2026-11-22T14:04:48Z"]
    )
    received: datetime = Field(
        description="When the collector received it, UTC.", examples=["2026-11-22T14:04:48.310Z"]
    )
    age_s: float = Field(description="How long ago it was taken, seconds.", ge=0, examples=[12.0])
    interval_s: float = Field(
        description="How often this agent reports, seconds; 300 where that cannot be read.",
        gt=0,
        examples=[60.0],
    )
    heard: bool = Field(
        description="Whether it is no older than two intervals, and so speaks for the present."
    )
    online: Online = Field(
        description="Whether residents can get online now; unknown once the agent is no longer heard.",
        examples=["no"],
    )
    why: str = Field(
        description="The sentence that explains it.", examples=["nothing outside the building answers"]
    )
    reported: Online = Field(description="What the report itself says, however old it is.", examples=["no"])
    offline_since: datetime | None = Field(
        description="The first of the reports in a row, up to this one, that say no; null unless it says no.",
        examples=["2026-11-22T13:31:48Z"],
    )
    measurements: list[AnyMeasurement] = Field(
        description="What it measured. A question that could not be asked is here too, with its reason.",
        examples=[
            [
                {
                    "kind": "not_measured",
                    "outcome": "not_measured",
                    "of": "link",
                    "target": None,
                    "reason": "no_radio",
                    "detail": "",
                },
            ]
        ],
    )

    @classmethod
    def of(cls, said: Said) -> Self:
        """Say what an agent said."""
        return cls(
            agent=said.agent,
            room=said.room.id if said.room else None,
            site=said.room.site.id if said.room else None,
            taken=said.taken_at,
            received=said.received_at,
            age_s=said.age.total_seconds(),
            interval_s=said.interval.total_seconds(),
            heard=said.heard,
            online=said.online.online,
            why=said.online.reason,
            reported=said.reported.online,
            offline_since=said.offline_since,
            measurements=[say(measurement) for measurement in said.measurements],
        )


class LatestReports(Model):
    """The latest report of every agent you may see, by agent; agents never heard are absent."""

    as_of: AsOf
    latest: list[LatestOut]
