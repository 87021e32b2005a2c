"""What every answer of the API has in common."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from roomreach.identifiers import PATTERN, AgentId, RoomId, SiteId
from roomreach_store.importing.columns import LONGEST_NAME


class Model(BaseModel):
    """An answer, or a part of one: nothing in it is converted, and nothing may be added in passing."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


AsOf = Annotated[
    datetime, Field(description="The moment this was read, UTC.", examples=["2026-11-22T14:05:00Z"])
]

FILLED: dict[str, JsonValue] = {"minLength": 1, "maxLength": LONGEST_NAME}
"""What a name may be. Said here, and seen to where it is recorded, in the words that an import has for it."""

SitePath = Annotated[SiteId, Path(pattern=f"^s{PATTERN[5:]}$", examples=["s-bcdfghjkmn"])]
RoomPath = Annotated[RoomId, Path(pattern=f"^r{PATTERN[5:]}$", examples=["r-bcdfghjkmn"])]
AgentPath = Annotated[AgentId, Path(pattern=f"^a{PATTERN[5:]}$", examples=["a-bcdfghjkmn"])]
