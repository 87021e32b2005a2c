"""Where are the figures of a page to be had as a file?"""

from dataclasses import dataclass
from urllib.parse import urlencode

from roomreach.moments import moment
from roomreach_api.console.facts import LABELS
from roomreach_api.console.history import CHECKS, Place, between
from roomreach_api.reading import Reading


@dataclass(frozen=True, slots=True)
class File:
    """One file: what it holds, and its address."""

    holds: str
    address: str


def csv_file(
    reading: Reading,
    place: Place,
    holds: str,
    kind: str,
    columns: tuple[str, ...] = (),
    **more: str,
) -> File:
    """Give the file with the figures that a page shows, of the same place and time."""
    start_ms, end_ms = between(reading, place.days)
    start, end = (
        moment(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z") for ms in (start_ms, end_ms)
    )
    asked = [
        ("room", place.room) if place.room else ("site", place.site),
        *(("columns", column) for column in columns),
        ("start", start),
        ("end", end),
        *more.items(),
        ("format", "csv"),
    ]
    return File(holds, f"/api/v1/series/{kind}?{urlencode(asked)}")


def failed_files(reading: Reading, place: Place) -> list[File]:
    """Give the files of every check that failed, a kind each."""
    columns = ("outcome", "reason")
    return [
        csv_file(reading, place, f"{LABELS[kind]}, every failure", kind, columns, outcome="failed")
        for kind in CHECKS
    ]
