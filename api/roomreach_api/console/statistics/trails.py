"""How does a line through time show where nothing is known, and how is it put into a table?"""

from collections.abc import Sequence
from datetime import datetime

from roomreach_api.console.statistics.hours import HOUR_MS, local_time

Row = tuple[int, tuple[float | None, ...]]
"""A moment (UTC ms), and one value for each line of the chart."""


def with_breaks(rows: Sequence[Row], longest_ms: int) -> list[Row]:
    """Put a moment without values into every pause longer than ``longest_ms``: a gap is shown as a gap."""
    made: list[Row] = []
    for row in rows:
        if made and row[0] - made[-1][0] > longest_ms:
            made.append(((row[0] + made[-1][0]) // 2, (None,) * len(row[1])))
        made.append(row)
    return made


def part_of_day(at_ms: int, hours: int) -> datetime:
    """Say in which part of London's day, ``hours`` long, a moment lies; ``hours`` divides 24.

    The hour that autumn has twice is one part.
    """
    local = local_time(at_ms)
    return local.replace(hour=local.hour - local.hour % hours, minute=0, second=0, microsecond=0, fold=0)


def windows(start_ms: int, end_ms: int, every_ms: int = HOUR_MS) -> int:
    """Count the windows, aligned to 1970, that a time touches."""
    return -(-end_ms // every_ms) - start_ms // every_ms
