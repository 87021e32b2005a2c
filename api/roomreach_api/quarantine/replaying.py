"""What was refused is taken in again."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from roomreach_api.operators import Signed
from roomreach_api.problems import problems
from roomreach_api.schemas import Model

router = APIRouter(prefix="/quarantine", tags=["operating"])


class ReplayIn(BaseModel):
    """Which messages: by their numbers, by the reason of their refusal, or both."""

    model_config = ConfigDict(extra="forbid")

    entries: list[Annotated[int, Field(ge=1, le=2**53)]] = Field(
        default=[], description="Their numbers.", max_length=1_000, examples=[[17]]
    )
    reason: str | None = Field(
        default=None, description="All that were refused for this reason.", max_length=100
    )


class ReplayOut(Model):
    """One message, and the job that takes it in again."""

    entry: int = Field(description="The message's number.", examples=[17])
    job: int = Field(description="The job; how it ends is said there.", examples=[3])


class ReplaysOut(Model):
    """The jobs that were asked for."""

    replays: list[ReplayOut]


@router.post(
    "/replays",
    responses=problems(
        HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY
    ),
)
def replay_quarantined(asked: ReplayIn, operator: Signed) -> ReplaysOut:
    """Ask the collector to take messages in again that were kept whole; no agent is answered."""
    made = operator.replay(asked.entries, asked.reason)
    return ReplaysOut(replays=[ReplayOut(entry=entry, job=job) for entry, job in made.items()])
