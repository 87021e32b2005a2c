"""What did each agent say last?"""

from fastapi import APIRouter

from roomreach_api.dependencies import Caller
from roomreach_api.latest.schemas import LatestOut, LatestReports
from roomreach_api.problems import problems

router = APIRouter(prefix="/latest", tags=["measurements"])


@router.get("", responses=problems())
def list_latest(reading: Caller) -> LatestReports:
    """List the latest report of every agent you may see."""
    return LatestReports(as_of=reading.now, latest=[LatestOut.of(said) for said in reading.said.values()])
