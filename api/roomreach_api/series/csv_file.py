"""Measurements as a file for a spreadsheet (RFC 4180): one row a moment, nothing where nothing is known."""

import csv
import io
from collections.abc import Iterable, Sequence

from roomreach.moments import moment
from roomreach.series import Column, Value
from roomreach.spreadsheets import guarded
from roomreach_store.series import Track

FIXED = ("at", "agent", "room", "target")


def written(columns: Sequence[Column], tracks: Iterable[Track]) -> str:
    """Write tracks; a column's unit stands in its name's brackets: ``median_ms (ms)``."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    names = [f"{column.name} ({column.unit})" if column.unit else column.name for column in columns]
    writer.writerow([*FIXED, *names])
    for track in tracks:
        place = (track.agent, track.room, track.target or "")
        for at_ms, values in track.rows:
            writer.writerow([_at(at_ms), *place, *map(_cell, values)])
    return out.getvalue()


def _at(ms: int) -> str:
    return moment(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _cell(value: Value | None) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return guarded(value)
        case _:
            return str(value)  # a number is no formula, even below zero
