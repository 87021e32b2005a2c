"""At which hours of the week is it bad? By London's clocks, so that 8pm is 8pm in June and in December."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from statistics import median

from roomreach.moments import moment
from roomreach_api.console.words import LONDON

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
BUSY = range(20, 22)
"""8pm to 10pm, when most homes are online; Ofcom and the advertising rules for broadband use the same."""

Slot = tuple[int, int]
"""A day of the week, Monday first, and an hour of that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of the week: the median of ``n`` hourly averages, None when there is none, and its checks."""

    median: float | None
    n: int
    checks: int
    failed: int


@dataclass(slots=True)
class _Gathered:
    values: list[float] = field(default_factory=list)
    answered: int = 0
    failed: int = 0


def week(
    averages: Iterable[tuple[int, float | None]],
    answered: Iterable[tuple[int, int]],
    failed: Iterable[tuple[int, int]],
) -> Mapping[Slot, Hour]:
    """Gather hours (their start, UTC ms; a value or a count) by their place in the week.

    An hour in which nothing was checked is absent.
    """
    found: dict[Slot, _Gathered] = {}
    for start_ms, value in averages:
        if value is not None:
            _at(found, start_ms).values.append(value)
    for start_ms, count in answered:
        _at(found, start_ms).answered += count
    for start_ms, count in failed:
        _at(found, start_ms).failed += count
    return {
        slot: Hour(
            median=median(gathered.values) if gathered.values else None,
            n=len(gathered.values),
            checks=gathered.answered + gathered.failed,
            failed=gathered.failed,
        )
        for slot, gathered in found.items()
    }


@lru_cache(maxsize=4096)
def slot_of(ms: int) -> Slot:
    """Say in which hour of the week a moment lies."""
    local = local_time(ms)
    return local.weekday(), local.hour


def busy(ms: int) -> bool:
    """Whether a moment lies in the busy hours."""
    return slot_of(ms)[1] in BUSY


def local_time(ms: int) -> datetime:
    """Give a moment by London's clocks."""
    return moment(ms).astimezone(LONDON)


def _at(found: dict[Slot, _Gathered], start_ms: int) -> _Gathered:
    return found.setdefault(slot_of(start_ms), _Gathered())
