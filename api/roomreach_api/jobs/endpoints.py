"""What was the collector asked to do, and how did it end?"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path

from roomreach_api.jobs.schemas import JobOut, JobsOut
from roomreach_api.operators import Operating
from roomreach_api.problems import problems

router = APIRouter(prefix="/jobs", tags=["operating"])

_FAILURES = problems(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.get("", responses=_FAILURES)
def list_jobs(operating: Operating) -> JobsOut:
    """List the newest jobs, newest first."""
    return JobsOut(jobs=[JobOut.of(job) for job in operating.jobs()])


@router.get("/{job}", responses=_FAILURES)
def read_job(
    job: Annotated[int, Path(description="Its number.", ge=1, le=2**53, examples=[3])], operating: Operating
) -> JobOut:
    """Read one job."""
    return JobOut.of(operating.job(job))
