"""Which rows go in, and as what? Decided from the rows and the register; nothing is written here.

An import adds and never changes: what a row says otherwise than the records do is refused. Rows are judged
with all others of their site, so that their order decides nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from roomreach import places
from roomreach.identifiers import BuildingId, ProviderId, RoomId, SiteId
from roomreach.places import Building, Provider, Register, Room, Site
from roomreach_store.importing.agreeing import agree
from roomreach_store.importing.columns import COLUMNS, OF_A_LINE, OF_A_SITE, alike
from roomreach_store.importing.lines import Line, read_line
from roomreach_store.importing.names import Names
from roomreach_store.importing.report import Counts, Fault, ImportReport
from roomreach_store.importing.table import Row

Mint = Callable[[str], str]
"""Makes a new identifier of a letter."""

_OTHERWISE = "on record otherwise: an import adds, and never changes what is recorded"


@dataclass(slots=True)
class Plan:
    """What is to be added, and the report on all rows, which is the same whether or not it then is."""

    report: ImportReport
    providers: list[Provider]
    sites: list[Site]
    buildings: list[Building]
    rooms: list[Room]


def plan(rows: Iterable[Row], register: Register, mint: Mint) -> Plan:
    """Decide what becomes of every row."""
    lines = [read_line(row) for row in rows]
    agree(lines)
    planned = _Planned(register, mint)
    outcomes = [planned.take(line) for line in lines if not line.faults]
    return Plan(
        report=ImportReport(
            rows=len(lines),
            added=outcomes.count("added"),
            known=outcomes.count("known"),
            refused=sum(1 for line in lines if line.faults),
            places=planned.counts(),
            faults=_faults(lines),
        ),
        providers=list(planned.providers.values()),
        sites=list(planned.sites.values()),
        buildings=list(planned.buildings.values()),
        rooms=list(planned.rooms.values()),
    )


def _faults(lines: Sequence[Line]) -> tuple[Fault, ...]:
    order = {name: place for place, name in enumerate(COLUMNS)}
    found = [
        Fault(row=line.number, column=column, reason=reason)
        for line in lines
        for column, reason in line.faults.items()
    ]
    return tuple(sorted(found, key=lambda fault: (fault.row, order.get(fault.column, -1))))


@dataclass(slots=True)
class _Planned:
    """What was decided so far: rows are taken one by one."""

    register: Register
    mint: Mint
    providers: dict[str, Provider] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    buildings: dict[str, Building] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    seen: dict[tuple[str, ...], int] = field(default_factory=dict)
    names: Mapping[str, Names] = field(init=False)

    def __post_init__(self) -> None:
        register = self.register
        self.names = {
            "provider": Names("p", {one.id: ("", alike(one.name)) for one in register.providers.values()}),
            "site": Names("s", {one.id: (one.provider, alike(one.name)) for one in register.sites.values()}),
            "building": Names(
                "b", {one.id: (one.site, alike(one.name)) for one in register.buildings.values()}
            ),
            "room": Names("r", {one.id: (one.building, alike(one.label)) for one in register.rooms.values()}),
        }

    def counts(self) -> Counts:
        return Counts(
            providers=len(self.providers),
            sites=len(self.sites),
            buildings=len(self.buildings),
            rooms=len(self.rooms),
        )

    def take(self, line: Line) -> str:
        """Decide about one row, of which all that it says by itself is in order."""
        found = self._found(line)
        if line.faults:
            return "refused"
        path = tuple(found.values())
        if path in self.seen:
            line.faults["room" if line.values["room"] else "site"] = (
                f"the same place as in row {self.seen[path]}"
            )
            return "refused"
        self._compare(line, found)
        if line.faults:
            return "refused"
        self.seen[path] = line.number
        return "added" if self._add(line, found) else "known"

    def _found(self, line: Line) -> dict[str, str]:
        """Find the code of each place the row names, a new one for each that is not on record."""
        found: dict[str, str] = {}
        parent = ""
        for level, names in self.names.items():
            name, code = line.values[level], line.values[f"{level}_id"]
            if not name:
                break
            try:
                parent = found[level] = names.find(parent, name, code) or code or self.mint(names.letter)
            except ValueError as exc:
                line.faults[f"{level}_id" if code else level] = str(exc)
                break
        return found

    def _compare(self, line: Line, found: Mapping[str, str]) -> None:
        values = line.values
        site = self.register.sites.get(SiteId(found["site"]))
        if site is not None:
            recorded = {"authority": site.host} | {name: getattr(site, name) for name in OF_A_SITE[1:]}
            line.faults |= {name: _OTHERWISE for name, value in recorded.items() if values[name] != value}
        building = self.register.buildings.get(BuildingId(found.get("building", "")))
        if building is not None:
            line.faults |= {
                name: _OTHERWISE
                for name, said in OF_A_LINE.items()
                if values[name] is not None and getattr(building.line, said) != values[name]
            }
        room = self.register.rooms.get(RoomId(found.get("room", "")))
        if room is not None:
            given = {name: values[name] for name in ("floor", "homes") if values[name] is not None}
            line.faults |= {name: _OTHERWISE for name, value in given.items() if getattr(room, name) != value}

    def _add(self, line: Line, found: Mapping[str, str]) -> bool:
        """Add what is neither on record nor added by an earlier row; say whether there was any of it."""
        values, parent, added = line.values, "", False
        for level, code in found.items():
            if self.names[level].learn(code, parent, values[level]):
                added = True
                self._make(level, code, parent, line)
            parent = code
        return added

    def _make(self, level: str, code: str, parent: str, line: Line) -> None:
        values = line.values
        match level:
            case "provider":
                self.providers[code] = Provider(id=ProviderId(code), name=values["provider"])
            case "site":
                self.sites[code] = Site(
                    id=SiteId(code),
                    provider=ProviderId(parent),
                    host=values["authority"],
                    name=values["site"],
                    **{name: values[name] for name in OF_A_SITE[1:]},
                )
            case "building":
                self.buildings[code] = Building(
                    id=BuildingId(code),
                    site=SiteId(parent),
                    name=values["building"],
                    line=_sold_as(values),
                )
            case _:
                self.rooms[code] = Room(
                    id=RoomId(code),
                    building=BuildingId(parent),
                    label=values["room"],
                    floor=values["floor"],
                    homes=1 if values["homes"] is None else values["homes"],
                )


def _sold_as(values: Mapping[str, Any]) -> places.Line:
    return places.Line(**{said: values[name] for name, said in OF_A_LINE.items() if values[name] is not None})
