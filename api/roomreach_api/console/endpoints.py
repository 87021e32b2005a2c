"""The pages for people."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from roomreach_api.console.home import home
from roomreach_api.console.pages import home_page
from roomreach_api.dependencies import Caller

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/")
def show_home(reading: Caller) -> HTMLResponse:
    """Can residents get online?"""
    return HTMLResponse(home_page(home(reading)))
