"""What was the last week like at a site, in one sentence?"""

from collections.abc import Sequence

from roomreach.coverage import WEAK_BELOW_DBM
from roomreach_api.console.cells import RoomWeek
from roomreach_api.console.facts import megabits


def summing_up(rooms: Sequence[RoomWeek]) -> str:
    """Sum up signal and download; what was not measured is said to be."""
    signals = [room.signal.median for room in rooms if room.signal]
    unreached = sum(room.unreached for room in rooms)
    downloads = [room.speed.download.median for room in rooms if room.speed and room.speed.download]
    if not signals and not unreached and not downloads:
        return "In the last 7 days neither signal nor speed was measured here."
    return f"In the last 7 days {_signal(signals, unreached)}; {_download(downloads)}."


def _signal(medians: Sequence[float], unreached: int) -> str:
    number = len(medians) + unreached
    if not number:
        return "the Wi-Fi signal was not measured"
    weak = sum(dbm < WEAK_BELOW_DBM for dbm in medians)
    of = f"{number} rooms" if number > 1 else "the one room"
    if not weak and not unreached:
        return f"the Wi-Fi reached {'all ' if number > 1 else ''}{of} measured"
    if not weak:
        return f"the Wi-Fi did not reach {_some(unreached, of, number)} measured"
    said = f"the Wi-Fi was typically weak in {_some(weak, of, number)} measured"
    return f"{said} and did not reach {unreached}" if unreached else said


def _some(few: int, of: str, number: int) -> str:
    return of if number == 1 else f"{few} of {of}"


def _download(medians: Sequence[float]) -> str:
    if not medians:
        return "speed was not measured"
    slowest, fastest = min(medians), max(medians)
    if len(medians) == 1:
        return f"the typical download was {megabits(slowest)}"
    ends = f"{megabits(slowest)} in the slowest room and {megabits(fastest)} in the fastest"
    return f"the typical download was {ends}"
