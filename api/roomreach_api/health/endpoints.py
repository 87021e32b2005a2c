"""Is this process alive, and can it answer?"""

from fastapi import APIRouter

from roomreach_api.dependencies import Caller
from roomreach_api.health.schemas import Alive, Ready
from roomreach_api.health.service import require_stores
from roomreach_api.problems import problems

router = APIRouter(tags=["operation"])


@router.get("/healthz")
def healthz() -> Alive:
    """Say that this process runs; asks nothing of anybody else."""
    return Alive()


@router.get("/readyz", responses=problems())
def readyz(reading: Caller) -> Ready:
    """Say whether the stores can be used; 503 names the one that cannot, and what to do."""
    require_stores(reading)
    last = reading.last_taken
    return Ready(
        as_of=reading.now,
        last_taken=last,
        since_heard_s=max(0.0, (reading.now - last).total_seconds()) if last else None,
    )
