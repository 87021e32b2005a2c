"""A site is put on record."""

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from roomreach.identifiers import RoomId, SiteId
from roomreach.places import Category, Room, Safeguarding, Site
from roomreach_api.operators import Signed
from roomreach_api.problems import problems
from roomreach_api.schemas import FILLED, Model
from roomreach_store.operating import MOST_ROOMS, NewSite

router = APIRouter(prefix="/sites", tags=["operating"])


class SiteIn(BaseModel):
    """A site, who runs it, and its rooms, which will be in its main building."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        description="What people call it.", examples=["Northgate House"], json_schema_extra=FILLED
    )
    provider: str = Field(
        description="Who runs it: a name, or the code of one on record. A new name makes a new provider.",
        examples=["Northgate Homes"],
        json_schema_extra=FILLED,
    )
    authority: str = Field(
        description="The London authority it stands in: its GSS code, or its name.",
        examples=["E09000012"],
        json_schema_extra=FILLED,
    )
    category: Category = Field(description="The type of temporary accommodation.", examples=["hostel"])
    safeguarding: Safeguarding | None = Field(
        default=None,
        description="Its safeguarding class; without one the site counts as confidential.",
        examples=["none"],
    )
    rooms: list[str] = Field(
        default=[],
        description="The labels of its rooms.",
        examples=[["12", "14"]],
        json_schema_extra={"maxItems": MOST_ROOMS},
    )


class AddedRoomOut(Model):
    """A room that was put on record."""

    id: RoomId = Field(description="Its code.", examples=["r-bcdfghjkmn"])
    label: str = Field(description="What is on the door; the code where confidential.", examples=["12"])

    @classmethod
    def of(cls, room: Room, site: Site) -> "AddedRoomOut":
        """Say a room."""
        return cls(id=room.id, label=room.id if site.confidential else room.label)


class AddedSiteOut(Model):
    """A site that was put on record, and its rooms in the order their labels were given."""

    id: SiteId = Field(description="Its code.", examples=["s-bcdfghjkmn"])
    confidential: bool = Field(description="Whether its name and whereabouts are withheld.")
    rooms: list[AddedRoomOut]


@router.post(
    "",
    responses=problems(
        HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY
    ),
)
def add_site(asked: SiteIn, operator: Signed) -> AddedSiteOut:
    """Put a site on record with its main building and its rooms. Twice is two sites: an import is once."""
    added = operator.add_site(
        NewSite(
            name=asked.name,
            provider=asked.provider,
            authority=asked.authority,
            category=asked.category,
            safeguarding=asked.safeguarding,
            rooms=asked.rooms,
        )
    )
    return AddedSiteOut(
        id=added.site.id,
        confidential=added.site.confidential,
        rooms=[AddedRoomOut.of(room, added.site) for room in added.rooms],
    )
