"""What does one row say, taken by itself?"""

from dataclasses import dataclass, field
from typing import Any

from roomreach_store.importing.columns import COLUMNS, OF_A_LINE, OF_A_SITE, SECRECY, alike, tidy
from roomreach_store.importing.report import WHOLE_ROW
from roomreach_store.importing.table import Row

MAIN_BUILDING = "Main building"
"""What the building of a room is called when the row does not say."""

SiteKey = tuple[str, ...]


@dataclass(slots=True)
class Line:
    """One row, read: ``values`` by column, as far as they could be, and a reason for each fault."""

    number: int
    values: dict[str, Any]
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> SiteKey:
        """What names this row's site within the file."""
        code = self.values.get("site_id")
        names = alike(self.values.get("provider", "")), alike(self.values.get("site", ""))
        return (code,) if code else names

    @property
    def about_the_site(self) -> dict[str, Any]:
        """What this row says of its site, as far as it could be read."""
        names = {name: alike(self.values[name]) for name in ("provider", "site") if name in self.values}
        return names | {name: self.values[name] for name in OF_A_SITE if name in self.values}

    @property
    def doubtful(self) -> bool:
        """Whether nobody can tell from this row if its site is confidential."""
        return any(name in self.faults for name in (*SECRECY, WHOLE_ROW))


def read_line(row: Row) -> Line:
    """Read every cell of a row, and name every fault."""
    line = Line(row.number, {})
    if row.fault:
        line.faults[WHOLE_ROW] = row.fault
    for name, column in COLUMNS.items():
        text = row.cells.get(name, "")
        # Spaces are tidied; any other control character is a fault.
        try:
            if column.filled and not tidy(text):
                raise ValueError("empty")
            line.values[name] = column.read(tidy(text))
        except ValueError as exc:
            line.faults[name] = str(exc)
    if line.values.get("room") and not line.values.get("building"):
        line.values["building"] = MAIN_BUILDING
    for name, needed in (
        ("floor", "room"),
        ("homes", "room"),
        ("room_id", "room"),
        ("building_id", "building"),
        *((name, "building") for name in OF_A_LINE),
    ):
        if line.values.get(name) is not None and not line.values.get(needed) and needed not in line.faults:
            line.faults[name] = f"given, although there is no {needed}"
    return line
