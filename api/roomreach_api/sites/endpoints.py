"""Which sites are there?"""

from http import HTTPStatus

from fastapi import APIRouter

from roomreach_api.dependencies import Caller
from roomreach_api.problems import problems
from roomreach_api.schemas import SitePath
from roomreach_api.sites.schemas import SiteOut, Sites

router = APIRouter(prefix="/sites", tags=["places"])


@router.get("", responses=problems())
def list_sites(reading: Caller) -> Sites:
    """List every site you may see."""
    rooms, agents = reading.places.rooms_of_sites(), reading.places.agents_of_sites()
    sites = [SiteOut.of(site, rooms[site.id], agents[site.id]) for site in reading.places.sites()]
    return Sites(as_of=reading.now, sites=sites)


@router.get("/{site}", responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY))
def read_site(site: SitePath, reading: Caller) -> SiteOut:
    """Read one site; its rooms are at `/api/v1/rooms?site=…`."""
    places = reading.places
    return SiteOut.of(places.site(site), places.rooms_of_sites()[site], places.agents_of_sites()[site])
