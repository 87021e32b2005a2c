"""Do the rows of one site agree? Where they do not, none of it goes in: nobody can tell which is right."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from roomreach_store.importing.columns import OF_A_LINE, alike
from roomreach_store.importing.lines import Line

_LEVELS = ("provider", "site", "building", "room")


def agree(lines: Sequence[Line]) -> None:
    """Share codes among rows that name the same place, and fault those that contradict others."""
    for depth in range(1, len(_LEVELS) + 1):
        _share_codes(lines, _LEVELS[:depth])
    of_site: dict[tuple[str, ...], list[Line]] = defaultdict(list)
    for line in lines:
        of_site[line.site].append(line)
    for together in of_site.values():
        _agree_on_lines(together)
        _check(together)


def _share_codes(lines: Iterable[Line], levels: tuple[str, ...]) -> None:
    *above, level = levels
    column = f"{level}_id"
    codes: dict[tuple[str, ...], set[str]] = defaultdict(set)
    without: list[tuple[tuple[str, ...], Line]] = []
    for line in lines:
        # What it is part of goes by its code, where that has been said: two sites may have one name.
        names = tuple(line.values.get(f"{one}_id") or alike(line.values.get(one) or "") for one in above)
        names += (alike(line.values.get(level) or ""),)
        code = line.values.get(column)
        if code:
            codes[names].add(code)
        elif names[-1]:
            without.append((names, line))
    for names, line in without:
        known = codes.get(names, set())
        if len(known) == 1:
            line.values[column] = next(iter(known))
        elif known:
            line.faults[column] = "missing, although other rows give this name several codes"


def _agree_on_lines(rows: Sequence[Line]) -> None:
    """Share what one row says of a building's line with the others, so that their order decides nothing."""
    of_building: dict[str, list[Line]] = defaultdict(list)
    for row in rows:
        if building := row.values.get("building"):
            of_building[row.values.get("building_id") or alike(building)].append(row)
    for together in of_building.values():
        for column in OF_A_LINE:
            said = {row.values[column]: row for row in together if row.values.get(column) is not None}
            unread = next((row for row in together if column in row.faults), None)
            for row in together:
                if unread is not None:
                    row.faults.setdefault(
                        column, f"held back: row {unread.number} of this building is at fault"
                    )
                elif len(said) > 1:
                    first, second, *_ = (one.number for one in said.values())
                    row.faults[column] = f"rows of this building disagree: {first} and {second}, for example"
                else:
                    row.values[column] = next(iter(said), None)


def _check(together: Sequence[Line]) -> None:
    said: dict[str, dict[object, Line]] = defaultdict(dict)
    for line in together:
        for column, value in line.about_the_site.items():
            said[column].setdefault(value, line)
    for column, values in said.items():
        if len(values) > 1:
            first, second, *_ = (line.number for line in values.values())
            for line in together:
                line.faults.setdefault(
                    column, f"rows of this site disagree: {first} and {second}, for example"
                )
    doubtful = next((line for line in together if line.doubtful), None)
    if doubtful is not None:
        for line in together:
            if not line.faults:
                line.faults["safeguarding"] = (
                    f"held back: row {doubtful.number} of this site leaves in doubt if it is confidential"
                )
