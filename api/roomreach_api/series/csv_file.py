"""Measurements as a file for a spreadsheet (RFC 4180): one row a moment, nothing where nothing is known."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from roomreach.identifiers import RoomId
from roomreach.moments import moment
from roomreach.series import Column, Value
from roomreach.spreadsheets import guarded
from roomreach_api.console.words import LONDON
from roomreach_store.series import Track

FIXED = ("at", "agent", "room", "target")
FOR_PEOPLE = ("room_label", "london_time")
"""Last, because they were added: the room as pages call it, and the moment by London's clocks."""


def written(columns: Sequence[Column], tracks: Iterable[Track], label: Callable[[RoomId], str]) -> str:
    """Write tracks; a column's unit stands in its name's brackets: ``median_ms (ms)``.

    ``label`` says how a room is shown to this caller.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    names = [f"{column.name} ({column.unit})" if column.unit else column.name for column in columns]
    writer.writerow([*FIXED, *names, *FOR_PEOPLE])
    for track in tracks:
        place = (track.agent, track.room, track.target or "")
        shown = guarded(label(track.room))
        for at_ms, values in track.rows:
            writer.writerow([_at(at_ms), *place, *map(_cell, values), shown, _london(at_ms)])
    return out.getvalue()


def _at(ms: int) -> str:
    return moment(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _london(ms: int) -> str:
    return moment(ms).astimezone(LONDON).strftime("%Y-%m-%d %H:%M:%S")


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
