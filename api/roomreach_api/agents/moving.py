"""An agent moves, or stood elsewhere than the records say."""

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from roomreach.identifiers import PATTERN, AgentId, RoomId, SiteId
from roomreach.places import Role
from roomreach_api.operators import Signed
from roomreach_api.problems import problems
from roomreach_api.schemas import AgentPath, Model
from roomreach_api.series.moments import Moment
from roomreach_store.operating import Move

router = APIRouter(prefix="/agents", tags=["operating"])


class MoveIn(BaseModel):
    """Where an agent stood, from when and until when."""

    model_config = ConfigDict(extra="forbid")

    room: str = Field(
        description="The room's code, or its label.", min_length=1, max_length=200, examples=["12"]
    )
    site: SiteId | None = Field(
        default=None,
        description="Of which site the label is; without it, the one where the agent stands.",
        pattern=f"^s{PATTERN[5:]}$",
    )
    role: Role | None = Field(default=None, description="How it is joined there; without it, as it is now.")
    since: Moment = Field(description="From this moment on (RFC 3339).", examples=["2026-11-22T14:05:00Z"])
    until: Moment | None = Field(
        default=None, description="Up to this moment; without it, until it is moved again."
    )


class MovedOut(Model):
    """What was recorded, and what the collector will do."""

    agent: AgentId = Field(description="The agent.", examples=["a-bcdfghjkmn"])
    room: RoomId = Field(description="The room it stood in.", examples=["r-bcdfghjkmn"])
    role: Role = Field(description="How it is joined there.", examples=["room"])
    job: int = Field(description="The job that puts what it measured in that room.", examples=[3])


@router.post(
    "/{agent}/moves",
    responses=problems(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
def move_agent(agent: AgentPath, asked: MoveIn, operator: Signed) -> MovedOut:
    """Record where an agent stood, whatever was recorded for that time, and put its measurements there."""
    moved = operator.move(
        Move(
            agent=agent,
            room=asked.room,
            site=asked.site,
            role=asked.role,
            since=asked.since,
            until=asked.until,
        )
    )
    return MovedOut(agent=moved.agent, room=moved.room, role=moved.role, job=moved.job)
