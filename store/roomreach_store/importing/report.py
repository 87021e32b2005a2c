"""What became of a file? Row numbers, columns and reasons; never a word of what the file holds."""

from dataclasses import dataclass

WHOLE_ROW = ""
"""The column of a fault that no single column has."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """Why a row was refused. ``row`` counts as a spreadsheet does: the names of the columns are row 1."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many of each were added."""

    providers: int
    sites: int
    buildings: int
    rooms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of a file's ``rows``: ``added`` and ``known`` ones are in; a refused one has faults."""

    rows: int
    added: int
    known: int
    refused: int
    places: Counts
    faults: tuple[Fault, ...]
