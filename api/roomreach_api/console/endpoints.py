"""The pages for people."""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from roomreach.errors import Refused
from roomreach.identifiers import RoomId, SiteId
from roomreach_api.access import Scope
from roomreach_api.console.home import home
from roomreach_api.console.live import Live
from roomreach_api.console.pages import home_page, room_page, site_page
from roomreach_api.console.rooms import SPANS
from roomreach_api.console.rooms import room_page as read_room
from roomreach_api.console.sites import site_page as read_site
from roomreach_api.dependencies import Caller, caller_scope

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_RECONNECT_MS = 2_000


@router.get("/")
def show_home(request: Request, reading: Caller) -> HTMLResponse:
    """Can residents get online?"""
    return HTMLResponse(home_page(home(reading), request.app.state.notice()))


@router.get("/sites/{site}")
def show_site(site: str, reading: Caller) -> HTMLResponse:
    """How is this site, room by room?"""
    return HTMLResponse(site_page(read_site(reading, SiteId(site))))


@router.get("/rooms/{room}")
def show_room(room: str, reading: Caller, days: int = 7) -> HTMLResponse:
    """How is this room, and how was it over some days?"""
    if days not in SPANS:
        raise Refused(f"A room's page covers {', '.join(map(str, SPANS))} days, and not {days}.")
    return HTMLResponse(room_page(read_room(reading, RoomId(room), days)))


def seated(request: Request) -> Iterator[tuple[Live, bool]]:
    """Take a listener's place for as long as the answer lasts, if there is one."""
    live = cast("Live", request.app.state.live)
    with live.seat() as free:
        yield live, free


@router.get("/live", response_class=EventSourceResponse)
async def follow_home(
    seat: Annotated[tuple[Live, bool], Depends(seated)], scope: Annotated[Scope, Depends(caller_scope)]
) -> AsyncIterator[ServerSentEvent]:
    """Give the parts of the home page that change, and again those that have; else say why not."""
    live, free = seat
    if not free:
        yield ServerSentEvent(event="full", raw_data=live.full())
        return
    async for said in live.pages(scope):
        yield ServerSentEvent(raw_data=said, retry=_RECONNECT_MS)
