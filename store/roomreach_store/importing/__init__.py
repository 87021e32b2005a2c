"""Sites, buildings and rooms as a CSV file: what goes in, what is refused and why, and out again.

Pure: from bytes and a register to what is to be added, and back. One row is one room. No reason repeats what
a cell holds, because a row may be about a site whose name appears nowhere.
"""

from roomreach_store.importing.exporting import export
from roomreach_store.importing.planning import Plan, plan
from roomreach_store.importing.report import Counts, Fault, ImportReport
from roomreach_store.importing.table import MOST_BYTES, read_table

__all__ = ["MOST_BYTES", "Counts", "Fault", "ImportReport", "Plan", "export", "plan", "read_table"]
