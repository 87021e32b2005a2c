"""How does this process say how it is?"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from roomreach_api.schemas import AsOf, Model


class Alive(Model):
    """Running, and answering."""

    status: Literal["alive"] = "alive"


class Ready(Model):
    """Able to answer questions. Silence does not make it unready: it is an answer."""

    as_of: AsOf
    status: Literal["ready"] = "ready"
    last_taken: datetime | None = Field(
        description="When the newest report of any agent was taken, UTC; null when none was ever heard.",
        examples=["2026-11-22T14:04:48Z"],
    )
    since_heard_s: float | None = Field(description="How long ago that was, seconds.", ge=0, examples=[12.0])
