"""Files of sites, as an import reads them: one in order, and one of five hundred with forty faults in it."""

import csv
import io
import itertools
import random
from collections.abc import Iterable, Mapping

from roomreach_store.importing.columns import COLUMNS

ROW = {
    "provider": "Harbour Homes",
    "site": "Stratford Lodge",
    "authority": "Newham",
    "category": "hostel",
    "safeguarding": "none",
    "building": "Block A",
    "room": "1",
}


def a_file(*rows: Mapping[str, str], columns: Iterable[str] = ()) -> bytes:
    names = list(columns) or list(dict.fromkeys(itertools.chain(*rows)))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


FAULTS = {
    "provider": ["", "x" * 201, "a\x1bb"],
    "site": [" ", "x" * 201],
    "authority": ["", "Atlantis", "E09000099"],
    "category": ["", "hotel"],
    "safeguarding": ["refugee", "?"],
    "withheld": ["perhaps"],
    "building": ["\x07"],
    "room": ["x" * 201],
    "floor": ["ground", "1.5", "9999"],
    "homes": ["-1", "two", "1e3", "²"],
    "site_id": ["r-bcdfgh", "S-BCDFGH", "'"],
    "room_id": ["s-bcdfgh"],
}


def with_forty_faults() -> tuple[bytes, dict[int, str]]:
    """Five hundred sites of a room each; and, by the number of its row, the column of each fault."""
    dice = random.Random(4)
    rows = [
        dict.fromkeys(COLUMNS, "")
        | ROW
        | {"provider": f"Provider {n % 20}", "site": f"Canary Site {n}", "homes": "1"}
        for n in range(500)
    ]
    seeded = {}
    for number in dice.sample(range(500), 40):
        column = dice.choice(list(FAULTS))
        rows[number][column] = dice.choice(FAULTS[column])
        seeded[number + 2] = column
    return a_file(*rows, columns=COLUMNS), seeded
