"""How does the API say a job?"""

from datetime import datetime
from typing import Self

from pydantic import Field

from roomreach.identifiers import AgentId
from roomreach.moments import moment
from roomreach_api.schemas import Model
from roomreach_store.records.jobs import Job, Kind, Outcome


class JobOut(Model):
    """One thing the collector was asked to do between its batches."""

    id: int = Field(description="Its number; higher is newer.", examples=[3])
    kind: Kind = Field(
        description="replace: put stored measurements in another room; replay: take a message in again.",
        examples=["replace"],
    )
    asked: datetime = Field(description="When it was asked for, UTC.", examples=["2026-11-22T14:05:00Z"])
    agent: AgentId | None = Field(
        description="Whose measurements; null for a replay.", examples=["a-bcdfghjkmn"]
    )
    entry: int | None = Field(description="Which message in quarantine; null otherwise.", examples=[None])
    outcome: Outcome | None = Field(
        description="How it ended; null while it waits or is worked on.", examples=["done"]
    )
    detail: str | None = Field(description="What came of it, or why it could not be.", examples=["stored"])

    @classmethod
    def of(cls, job: Job) -> Self:
        """Say a job."""
        return cls(
            id=job.id,
            kind=job.kind,
            asked=moment(job.asked_ms),
            agent=job.agent,
            entry=job.entry,
            outcome=job.outcome,
            detail=job.detail,
        )


class JobsOut(Model):
    """The newest jobs."""

    jobs: list[JobOut]
