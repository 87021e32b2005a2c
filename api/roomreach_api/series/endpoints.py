"""What was measured in a room, or by an agent, over time?"""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from roomreach.identifiers import PATTERN, AgentId, RoomId, SiteId
from roomreach.measurement import Outcome
from roomreach.moments import moment
from roomreach.series import SERIES
from roomreach_api.dependencies import Caller
from roomreach_api.problems import problems
from roomreach_api.series.csv_file import written
from roomreach_api.series.moments import SPAN, Moment
from roomreach_api.series.schemas import ColumnOut, SeriesOut, TrackOut
from roomreach_api.series.service import Asked, described, question
from roomreach_store.series import MOST_ROWS, Aggregate


class Format(StrEnum):
    """How an answer is written."""

    JSON = "json"
    CSV = "csv"


router = APIRouter(prefix="/series", tags=["measurements"])


@router.get(
    "/{kind}",
    response_model=SeriesOut,
    responses={
        HTTPStatus.OK: {"content": {"text/csv": {"schema": {"type": "string"}}}},
        **problems(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    },
    description=(
        "Give a site, a room or an agent. One answer covers at most 31 days and holds at most "
        f"{MOST_ROWS:,} rows: a larger question is refused with the advice to narrow it. "
        "With `format=csv`, or when CSV alone is accepted, the same as a file: one row a moment, units in "
        "brackets after the names of columns, an empty cell for what is not known; last the room as it is "
        "shown, and the moment by London's clocks."
    ),
)
def read_series(  # noqa: PLR0917 - each is a named part of the address
    reading: Caller,
    kind: Annotated[
        str, Path(description="Which series.", examples=["latency"], json_schema_extra={"enum": list(SERIES)})
    ],
    site: Annotated[
        SiteId | None,
        Query(description="What was measured on this site.", pattern=f"^s{PATTERN[5:]}$"),
    ] = None,
    room: Annotated[
        RoomId | None,
        Query(description="What was measured in this room.", pattern=f"^r{PATTERN[5:]}$"),
    ] = None,
    agent: Annotated[
        AgentId | None,
        Query(description="What this agent measured.", pattern=f"^a{PATTERN[5:]}$"),
    ] = None,
    columns: Annotated[
        list[str],
        Query(
            description=(
                "Which columns, one by one: `columns=median_ms&columns=received`. Without any: every column, "
                "or every number where windows are averaged."
            ),
            max_length=32,
        ),
    ] = [],  # noqa: B006 - never changed: FastAPI copies it for every request
    start: Annotated[
        Moment | None,
        Query(description="From this moment, included (RFC 3339). Without it: 24 hours before the end."),
    ] = None,
    end: Annotated[
        Moment | None,
        Query(description="To this moment, not included (RFC 3339). Without it: now."),
    ] = None,
    every: Annotated[
        str | None,
        Query(
            description="Cut the time into windows of this length, aligned to 1970: 60s, 5m, 1h, 1d.",
            pattern=SPAN,
        ),
    ] = None,
    aggregate: Annotated[
        Aggregate | None,
        Query(description="How the values of a window become one; mean when not said."),
    ] = None,
    outcome: Annotated[
        Outcome | None, Query(description="Only what went this way; every outcome when not said.")
    ] = None,
    format_: Annotated[
        Format | None, Query(alias="format", description="How to write it; json when not said.")
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> SeriesOut | Response:
    """Read a series: every report, or one value for each window."""
    asked = question(
        Asked(
            kind=kind,
            site=site,
            room=room,
            agent=agent,
            columns=columns,
            start=start,
            end=end,
            every=every,
            aggregate=aggregate,
            outcome=outcome,
        ),
        reading.now,
    )
    tracks = reading.tracks(asked)
    if (format_ or _accepted(accept)) is Format.CSV:
        name = f'attachment; filename="roomreach-{asked.series}.csv"'
        text = written(described(asked), tracks, lambda room: reading.places.room(room).shown_as)
        return Response(text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})
    return SeriesOut(
        as_of=reading.now,
        kind=asked.series,
        start=moment(asked.start_ms),
        end=moment(asked.end_ms),
        every_s=asked.window.every_ms // 1000 if asked.window else None,
        aggregate=asked.window.aggregate if asked.window else None,
        columns=[ColumnOut(name=c.name, type=c.type, unit=c.unit) for c in described(asked)],
        tracks=[TrackOut.of(track) for track in tracks],
    )


def _accepted(accept: str) -> Format:
    # A browser accepts everything, JSON included: only who names CSV first, and means it, gets CSV.
    first = accept.partition(",")[0].partition(";")[0].strip().lower()
    return Format.CSV if first == "text/csv" else Format.JSON
