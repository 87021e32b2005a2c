"""How does the API say a room?"""

from collections.abc import Iterable
from typing import Self

from pydantic import Field

from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach_api.schemas import AsOf, Model
from roomreach_api.visible import SeenAgent, SeenRoom


class RoomOut(Model):
    """The smallest place we judge. On a confidential site only codes are shown."""

    id: RoomId = Field(description="Its code, which says nothing about the place.", examples=["r-bcdfghjkmn"])
    site: SiteId = Field(description="The site it is on.", examples=["s-bcdfghjkmn"])
    label: str = Field(description="What is on the door; the code where confidential.", examples=["12"])
    building: str | None = Field(
        description="The building's name; null where confidential.", examples=["Main house"]
    )
    floor: int | None = Field(
        description="0 is the ground floor; null when not known or confidential.", examples=[2]
    )
    homes: int | None = Field(
        description="How many households live in it; null where confidential.", examples=[1]
    )
    agents: list[AgentId] = Field(description="The agents that stand in it now.", examples=[["a-bcdfghjkmn"]])

    @classmethod
    def of(cls, room: SeenRoom, agents: Iterable[SeenAgent]) -> Self:
        """Say a room; ``agents`` may be those of every room."""
        return cls(
            id=room.id,
            site=room.site.id,
            label=room.shown_as,
            building=room.building,
            floor=room.floor,
            homes=room.homes,
            agents=[agent.id for agent in agents if agent.room and agent.room.id == room.id],
        )


class Rooms(Model):
    """Rooms in the order of site, building, floor and label."""

    as_of: AsOf
    rooms: list[RoomOut]
