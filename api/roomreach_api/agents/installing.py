"""An agent is put in a room."""

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from roomreach.identifiers import PATTERN, AgentId, RoomId, SiteId
from roomreach.places import Role
from roomreach_api.operators import Signed
from roomreach_api.problems import problems
from roomreach_api.schemas import FILLED, Model
from roomreach_api.series.moments import Moment
from roomreach_store.operating import Install

router = APIRouter(prefix="/agents", tags=["operating"])


class AgentIn(BaseModel):
    """Where an agent stands, and since when."""

    model_config = ConfigDict(extra="forbid")

    site: SiteId = Field(
        description="The site's code.", pattern=f"^s{PATTERN[5:]}$", examples=["s-bcdfghjkmn"]
    )
    room: str = Field(
        description="The room's label, or its code. A new label makes a new room.",
        examples=["12"],
        json_schema_extra=FILLED,
    )
    role: Role = Field(
        default=Role.ROOM,
        description="reference: wired to the router; room: on the Wi-Fi, as residents are.",
        examples=["room"],
    )
    since: Moment = Field(
        description="Since when it stands there (RFC 3339).", examples=["2026-11-22T14:05:00Z"]
    )
    agent: AgentId | None = Field(
        default=None,
        description="An agent that has a code already; without one, a new one gets its code.",
        pattern=f"^a{PATTERN[5:]}$",
        examples=["a-bcdfghjkmn"],
    )


class InstalledOut(Model):
    """What was recorded."""

    agent: AgentId = Field(description="The agent's code.", examples=["a-bcdfghjkmn"])
    site: SiteId = Field(description="The site.", examples=["s-bcdfghjkmn"])
    room: RoomId = Field(description="The room it stands in.", examples=["r-bcdfghjkmn"])
    role: Role = Field(description="How it is joined there.", examples=["room"])


@router.post(
    "",
    responses=problems(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
def install_agent(asked: AgentIn, operator: Signed) -> InstalledOut:
    """Put an agent on record in a room; one that stood elsewhere until then stands here from then on."""
    made = operator.install(
        Install(site=asked.site, room=asked.room, role=asked.role, since=asked.since, agent=asked.agent)
    )
    return InstalledOut(agent=made.agent, site=asked.site, room=made.room, role=made.role)
