"""The places on record as a file that an import reads: into an empty folder, it gives the same file again."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable

from roomreach.identifiers import BuildingId, SiteId
from roomreach.places import Building, Provider, Register, Room, Site
from roomreach.spreadsheets import guarded
from roomreach_store.importing.columns import COLUMNS, OF_A_LINE, tidy

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel takes UTF-8 for the letters of its country."""


def export(register: Register, shown: Callable[[Site], bool]) -> bytes:
    """Write every site that is ``shown``, with its buildings and rooms, one row a room.

    The caller leaves confidential sites out: their names are in no file.
    """
    buildings: dict[SiteId, list[Building]] = defaultdict(list)
    for building in register.buildings.values():
        buildings[building.site].append(building)
    rooms: dict[BuildingId, list[Room]] = defaultdict(list)
    for room in register.rooms.values():
        rooms[room.building].append(room)
    lines: list[list[str]] = []
    for site in filter(shown, register.sites.values()):
        about = _of_site(site, register.providers[site.provider])
        # A site without buildings has a row of its own, and so has a building without rooms.
        for one in buildings[site.id] or (None,):
            for inside in (rooms[one.id] if one else ()) or (None,):
                cells = about | _of_building(one) | _of_room(inside)
                lines.append([_cell(cells.get(name)) for name in COLUMNS])
    lines.sort(key=_order)
    out = io.StringIO(newline="")
    writer = csv.writer(out)  # as RFC 4180 has it: commas, CRLF
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return (_BOM + out.getvalue()).encode()


def _of_site(site: Site, provider: Provider) -> dict[str, object]:
    return {
        "provider": provider.name,
        "provider_id": provider.id,
        "site": site.name,
        "site_id": site.id,
        "authority": site.host,
        "category": site.category,
        "safeguarding": site.safeguarding,
        "withheld": site.withheld,
        "trial": site.trial,
    }


def _of_building(building: Building | None) -> dict[str, object]:
    if building is None:
        return {}
    line = {name: getattr(building.line, said) for name, said in OF_A_LINE.items()}
    return {"building": building.name, "building_id": building.id} | line


def _of_room(room: Room | None) -> dict[str, object]:
    if room is None:
        return {}
    return {"room": room.label, "room_id": room.id, "floor": room.floor, "homes": room.homes}


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)  # a number is no formula, even below zero
        case float():
            return f"{value:.3f}".rstrip("0").rstrip(".")
        case _:
            return guarded(_readable(str(value)))


def _readable(text: str) -> str:
    # A name that was typed with a control character comes out without it: no import would take it.
    return tidy("".join(character if character.isprintable() else " " for character in text))


def _order(row: list[str]) -> tuple[list[str], list[str]]:
    # Room 9 before room 10, as people sort; then the row itself, so that the order is always the same.
    numbers = [re.sub(r"[0-9]+", lambda found: found[0].rjust(18, "0"), cell.casefold()) for cell in row]
    return numbers, row
