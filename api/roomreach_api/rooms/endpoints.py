"""Which rooms are there, and which agents stand in them?"""

from collections import defaultdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from roomreach.identifiers import PATTERN, SiteId
from roomreach_api.dependencies import Caller
from roomreach_api.problems import problems
from roomreach_api.rooms.schemas import RoomOut, Rooms
from roomreach_api.schemas import RoomPath

router = APIRouter(prefix="/rooms", tags=["places"])

_FAILURES = problems(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.get("", responses=_FAILURES)
def list_rooms(
    reading: Caller,
    site: Annotated[
        SiteId | None, Query(description="Only the rooms of this site.", pattern=f"^s{PATTERN[5:]}$")
    ] = None,
) -> Rooms:
    """List every room you may see, or those of one site."""
    if site is not None:
        reading.places.site(site)
    standing = defaultdict(list)
    for agent in reading.places.agents():
        if agent.room:
            standing[agent.room.id].append(agent)
    rooms = [RoomOut.of(room, standing[room.id]) for room in reading.places.rooms(site)]
    return Rooms(as_of=reading.now, rooms=rooms)


@router.get("/{room}", responses=_FAILURES)
def read_room(room: RoomPath, reading: Caller) -> RoomOut:
    """Read one room."""
    return RoomOut.of(reading.places.room(room), reading.places.agents())
