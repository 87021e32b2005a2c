"""When is it bad? The week's pattern in a sentence."""

from collections.abc import Mapping

from roomreach_api.console.facts import milliseconds
from roomreach_api.console.statistics import bands
from roomreach_api.console.statistics.bands import Shade
from roomreach_api.console.statistics.hours import Hour, Slot

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OFTEN = 0.05
"""From this share of failed checks on, an hour is bad however quick the other answers were."""


def worst_hours(pattern: Mapping[Slot, Hour]) -> str:
    """Name the slowest hour and the one in which most failed; say so where none is bad."""
    told = []
    answered = {slot: hour.median for slot, hour in pattern.items() if hour.median is not None}
    if answered:
        slowest = max(answered, key=lambda slot: answered[slot])
        band = bands.response(answered[slowest])
        slow = sum(bands.response(ms).shade in {Shade.POOR, Shade.BAD} for ms in answered.values())
        said = f"{said_slot(slowest)} is slowest: answers typically take {milliseconds(answered[slowest])}"
        if slow:
            told.append(f"{_hours(slow)} of the week {'is' if slow == 1 else 'are'} slow. {said}.")
        else:
            told.append(f"No hour of the week is slow. {said}, {band.word}.")
    often = {slot: share(hour) for slot, hour in pattern.items() if share(hour) >= OFTEN}
    if often:
        worst = max(often, key=lambda slot: often[slot])
        told.append(
            f"In {_hours(len(often))} 1 check in 20 or more failed, most on {said_slot(worst)}: "
            f"{100 * often[worst]:.0f}%."
        )
    return " ".join(told)


def samples(pattern: Mapping[Slot, Hour]) -> str:
    """Say of how many; an hour in which nothing was answered has no figure."""
    numbers = sorted(hour.n for hour in pattern.values() if hour.n) or [0]
    few, many = numbers[0], numbers[-1]
    return f"{few} of them" if few == many else f"{few} to {many} of them"


def share(hour: Hour) -> float:
    """Give the share of an hour's checks that failed."""
    return hour.failed / hour.checks if hour.checks else 0.0


def shade(hour: Hour) -> Shade:
    """Say how bad an hour is: the worse of how slow it was and how much failed."""
    slow = Shade.BAD if hour.median is None else bands.response(hour.median).shade
    failing = Shade.BAD if share(hour) >= OFTEN else Shade.GOOD
    return max(slow, failing, key=list(Shade).index)


def said_slot(slot: Slot) -> str:
    """Say an hour of the week: Friday, 8pm to 9pm."""
    day, hour = slot
    return f"{DAYS[day]}, {clock(hour)} to {clock((hour + 1) % 24)}"


def clock(hour: int) -> str:
    """Say an hour of the day: midnight, 1am, midday, 8pm."""
    if hour in {0, 12}:
        return "midday" if hour else "midnight"
    return f"{hour % 12}{'am' if hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


def _hours(number: int) -> str:
    return "1 hour" if number == 1 else f"{number} hours"
