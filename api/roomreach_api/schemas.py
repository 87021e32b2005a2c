"""What every answer of the API has in common."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from roomreach.identifiers import PATTERN, AgentId, RoomId, SiteId


class Model(BaseModel):
    """An answer, or a part of one: nothing in it is converted, and nothing may be added in passing."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


AsOf = Annotated[
    datetime, Field(description="The moment this was read, UTC.", examples=["2026-11-22T14:05:00Z"])
]

SitePath = Annotated[SiteId, Path(pattern=f"^s{PATTERN[5:]}$", examples=["s-bcdfghjkmn"])]
RoomPath = Annotated[RoomId, Path(pattern=f"^r{PATTERN[5:]}$", examples=["r-bcdfghjkmn"])]
AgentPath = Annotated[AgentId, Path(pattern=f"^a{PATTERN[5:]}$", examples=["a-bcdfghjkmn"])]
