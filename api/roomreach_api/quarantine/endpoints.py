"""What was refused, and why?"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query

from roomreach_api.dependencies import Caller
from roomreach_api.problems import problems
from roomreach_api.quarantine.schemas import EntryWithBytes, QuarantineOut, say, say_with_bytes

router = APIRouter(prefix="/quarantine", tags=["quarantine"])

_FAILURES = problems(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
_LARGEST_ID = 2**53


@router.get("", responses=_FAILURES)
def list_quarantine(
    reading: Caller,
    limit: Annotated[int, Query(description="How many at most.", ge=1, le=1000)] = 100,
    before: Annotated[
        int | None,
        Query(description="Only those older than this id: the next page.", ge=1, le=_LARGEST_ID),
    ] = None,
) -> QuarantineOut:
    """List what was refused, newest first, without its bytes."""
    entries = reading.quarantine(limit, before)
    totals = reading.quarantine_totals()
    return QuarantineOut(
        as_of=reading.now,
        rows=totals.rows,
        bytes=totals.bytes,
        dropped=totals.dropped,
        by_reason=dict(totals.by_reason),
        entries=[say(entry) for entry in entries],
    )


@router.get("/{entry}", responses=_FAILURES)
def read_quarantined(
    entry: Annotated[int, Path(description="Its number.", ge=1, le=_LARGEST_ID, examples=[17])],
    reading: Caller,
) -> EntryWithBytes:
    """Read one message that was refused, with its bytes."""
    return say_with_bytes(reading.quarantined(entry))
