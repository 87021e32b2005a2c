"""Sites as a file: in, and out again."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from roomreach_api.operators import Operating, Signed
from roomreach_api.problems import problems
from roomreach_api.schemas import Model
from roomreach_store.importing import MOST_BYTES, ImportReport

CSV = "text/csv; charset=utf-8"

router = APIRouter(prefix="/sites", tags=["operating"])


class FaultOut(Model):
    """Why a row was refused. Nothing that the row holds is repeated: it may be about a confidential site."""

    row: int = Field(
        description="Its number as a spreadsheet counts: the names of the columns are row 1.", examples=[7]
    )
    column: str = Field(
        description="Which column; empty where the row as a whole is wrong.", examples=["category"]
    )
    reason: str = Field(description="What is wrong with it.", examples=["empty"])


class ImportOut(Model):
    """What became of each row of a file. A dry run says the same."""

    rows: int = Field(description="How many rows there are, without empty ones.", ge=0, examples=[500])
    added: int = Field(description="How many added a place.", ge=0, examples=[460])
    known: int = Field(description="How many say what is on record already.", ge=0, examples=[0])
    refused: int = Field(description="How many were refused, and added nothing.", ge=0, examples=[40])
    providers: int = Field(description="How many providers were added.", ge=0, examples=[20])
    sites: int = Field(description="How many sites were added.", ge=0, examples=[460])
    buildings: int = Field(description="How many buildings were added.", ge=0, examples=[460])
    rooms: int = Field(description="How many rooms were added.", ge=0, examples=[460])
    faults: list[FaultOut]


async def _body(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            break  # enough to be refused
    return bytes(content)


@router.post(
    "/import",
    responses=problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def import_sites(
    content: Annotated[bytes, Depends(_body)],
    operator: Signed,
    *,
    dry_run: Annotated[bool, Query(description="Only say what would become of each row.")] = False,
) -> ImportOut:
    """Add the sites, buildings and rooms of a file, one row a room; rows that are wrong are refused."""
    return _say(operator.import_sites(content, dry_run=dry_run))


@router.get(
    "/export",
    response_class=Response,
    responses={
        HTTPStatus.OK: {"description": "The file.", "content": {"text/csv": {"schema": {"type": "string"}}}},
        **problems(HTTPStatus.NOT_FOUND),
    },
)
def export_sites(operator: Operating) -> Response:
    """Write every site that is not confidential, with its buildings and rooms, as an import reads it."""
    headers = {"Content-Disposition": 'attachment; filename="roomreach-sites.csv"'}
    return Response(operator.export_sites(), media_type=CSV, headers=headers)


def _say(report: ImportReport) -> ImportOut:
    return ImportOut(
        rows=report.rows,
        added=report.added,
        known=report.known,
        refused=report.refused,
        providers=report.places.providers,
        sites=report.places.sites,
        buildings=report.places.buildings,
        rooms=report.places.rooms,
        faults=[FaultOut(row=one.row, column=one.column, reason=one.reason) for one in report.faults],
    )
