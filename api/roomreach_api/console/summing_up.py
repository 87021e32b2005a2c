"""What was the last week like at a site, in one sentence?"""

from collections.abc import Sequence

from roomreach.coverage import WEAK_BELOW_DBM
from roomreach_api.console.cells import Cell
from roomreach_api.console.facts import megabits


def summing_up(cells: Sequence[Cell]) -> str:
    """Sum up signal and download; what was not measured is said to be."""
    signals = [cell.signal.median for cell in cells if cell.signal]
    downloads = [cell.speed.download.median for cell in cells if cell.speed and cell.speed.download]
    if not signals and not downloads:
        return "In the last 7 days neither signal nor speed was measured here."
    return f"In the last 7 days {_signal(signals)}; {_download(downloads)}."


def _signal(medians: Sequence[float]) -> str:
    if not medians:
        return "the Wi-Fi signal was not measured"
    weak = sum(dbm < WEAK_BELOW_DBM for dbm in medians)
    of = f"{len(medians)} rooms" if len(medians) > 1 else "the one room"
    if weak:
        return f"the Wi-Fi was typically weak in {weak} of {of} measured"
    return f"the Wi-Fi reached {'all ' if len(medians) > 1 else ''}{of} measured"


def _download(medians: Sequence[float]) -> str:
    if not medians:
        return "speed was not measured"
    slowest, fastest = min(medians), max(medians)
    if len(medians) == 1:
        return f"the typical download was {megabits(slowest)}"
    ends = f"{megabits(slowest)} in the slowest room and {megabits(fastest)} in the fastest"
    return f"the typical download was {ends}"
