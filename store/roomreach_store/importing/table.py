"""From bytes to rows of text: how do files come out of spreadsheets, and which can only be refused whole?

A file whose columns or letters are in doubt is refused whole: a guess would put wrong names on record.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from roomreach.errors import Malformed
from roomreach.spreadsheets import unguarded
from roomreach_store.importing.columns import COLUMNS, tidy

MOST_BYTES = 10_000_000
MOST_ROWS = 50_000

_DELIMITERS = ",;\t"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ADVICE = "In a spreadsheet, save it as “CSV UTF-8”."


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number, its cells by column, and what is wrong with the row as a whole."""

    number: int
    cells: Mapping[str, str]
    fault: str | None = None


def read_table(content: bytes) -> list[Row]:
    """Read a file's rows, empty ones left out; raises ``Malformed`` for a file that is none."""
    if len(content) > MOST_BYTES:
        raise Malformed(
            f"The file is larger than {MOST_BYTES:,} bytes, the most that is read at once: split it, each "
            "part with the names of the columns."
        )
    text = _decoded(content)
    rows = _cells(text, _delimiter(text))
    number, names = next(rows, (1, []))
    columns = _columns([tidy(name).casefold() for name in names], number)
    read: list[Row] = []
    for number, cells in rows:
        if not any(map(str.strip, cells)):
            continue
        if len(read) == MOST_ROWS:
            raise Malformed(f"The file holds more than {MOST_ROWS:,} rows: split it.")
        read.append(_row(number, cells, columns))
    return read


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF_16):
        raise Malformed(f"The file is in UTF-16, not in UTF-8. {_ADVICE}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise Malformed(f"The file is not in UTF-8: line {line} holds other bytes. {_ADVICE}") from exc
    if "\0" in text:
        raise Malformed(f"The file holds NUL bytes, so it is no text. {_ADVICE}")
    return text


def _delimiter(text: str) -> str:
    # Spreadsheets of some countries part cells with semicolons. No column's name holds any of the three.
    first = text.lstrip().partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _cells(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # newline="" leaves the ends of lines to the reader: a quoted cell may hold some.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as exc:
        raise Malformed(
            f"From line {reader.line_num} on the file cannot be read as CSV ({exc}): "
            "is a quotation mark missing?"
        ) from exc


def _columns(names: list[str], number: int) -> list[str]:
    while names and not names[-1]:
        names.pop()
    # A file without a row of names has places there: they are told by their position alone.
    unknown = [str(place) for place, name in enumerate(names, start=1) if name not in COLUMNS]
    twice = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
    missing = [name for name, column in COLUMNS.items() if column.required and name not in names]
    faults = []
    if missing:
        faults.append(f"missing: {', '.join(missing)}")
    if unknown:
        faults.append(f"not known by its name: number {', '.join(unknown)}")
    if twice:
        faults.append(f"twice: {', '.join(twice)}")
    if faults:
        raise Malformed(
            f"The columns, named in row {number}, are not those of an import ({'; '.join(faults)}). "
            f"There are: {', '.join(COLUMNS)}."
        )
    return names


def _row(number: int, cells: list[str], columns: list[str]) -> Row:
    while len(cells) > len(columns) and not cells[-1].strip():
        cells.pop()
    fault = None
    if len(cells) != len(columns):
        fault = f"has {len(cells)} cells, and there are {len(columns)} columns: is a comma not in quotes?"
    return Row(number, {name: unguarded(cell) for name, cell in zip(columns, cells, strict=False)}, fault)
