"""How does the API say an agent?"""

from datetime import datetime

from pydantic import Field

from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.online import Online
from roomreach.places import Role
from roomreach_api.schemas import AsOf, Model


class AgentOut(Model):
    """A device of ours, and where it stands now."""

    id: AgentId = Field(description="Its code.", examples=["a-bcdfghjkmn"])
    room: RoomId | None = Field(
        description="The room it stands in; null when nobody recorded that it stands anywhere.",
        examples=["r-bcdfghjkmn"],
    )
    site: SiteId | None = Field(description="The site of that room.", examples=["s-bcdfghjkmn"])
    room_label: str | None = Field(
        description="What is on that room's door; its code where confidential.", examples=["12"]
    )
    site_name: str | None = Field(
        description="The name of that site; its code where confidential.", examples=["Stratford Lodge"]
    )
    role: Role | None = Field(
        description="reference: wired to the router; room: on the Wi-Fi, as residents are.", examples=["room"]
    )
    since: datetime | None = Field(
        description="Since when it stands there, UTC.", examples=["2026-11-01T09:00:00Z"]
    )
    heard: bool = Field(description="Whether its latest report is no older than two of its own intervals.")
    last_taken: datetime | None = Field(
        description="When its latest report was taken, UTC; null when there is none from where it stands.",
        examples=["2026-11-22T14:04:48Z"],
    )
    online: Online | None = Field(
        description="Whether residents can get online now; unknown once the agent is no longer heard, null "
        "when there is no report.",
        examples=["yes"],
    )
    why: str | None = Field(
        description="The sentence that explains it.", examples=["everything asked answered"]
    )
    unplaced: int = Field(
        description="Reports kept whole until somebody records where the agent stood.", examples=[0]
    )
    undated: int = Field(
        description="Reports kept whole because the agent never learnt what time it was.", examples=[0]
    )


class Agents(Model):
    """Every agent you may see, by code; one that is heard is listed although nobody has entered it."""

    as_of: AsOf
    agents: list[AgentOut]
