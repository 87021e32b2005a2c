"""What did a report measure, said with units, or why it did not?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from roomreach.measurement import Link, Measurement, Names, NotMeasured, Outcome, RoundTrips
from roomreach.report import question
from roomreach_api.console.words import REASONS, TARGETS

LABELS: Mapping[str, str] = {
    "link": "Wi-Fi signal",
    "gateway": "Router",
    "latency": "Ways out",
    "names": "Looking up names",
}
"""The kinds that the page shows, in its order, and what it calls them."""


MINUS, NBSP = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


class Shade(StrEnum):
    """How a fact is shown; its words say the same."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """One answer: whom was asked ("" where there is one alone), and what came of it."""

    of: str
    words: str
    shade: Shade


def facts(measurements: Iterable[Measurement]) -> dict[str, list[Fact]]:
    """Say a report's measurements, by kind; a kind it does not hold was not asked."""
    said: dict[str, list[Fact]] = {kind: [] for kind in LABELS}
    for measurement in measurements:
        kind, target = question(measurement)
        if kind in said:
            of = "" if target is None else TARGETS.get(target, target)
            said[kind].append(Fact(of, *_words(measurement)))
    return {kind: found or [Fact("", "not asked", Shade.UNKNOWN)] for kind, found in said.items()}


def decibels(dbm: int) -> str:
    """Say how strong a signal is."""
    return f"{MINUS}{abs(dbm)}{NBSP}dBm"


def _words(measurement: Measurement) -> tuple[str, Shade]:
    if isinstance(measurement, NotMeasured):
        return f"not measured: {REASONS[measurement.reason]}", Shade.UNKNOWN
    if measurement.reason is not None:
        shade = Shade.FAILED if measurement.outcome is Outcome.FAILED else Shade.UNKNOWN
        return f"failed: {REASONS[measurement.reason]}", shade
    return _value(measurement), Shade.OK


def _value(measurement: Measurement) -> str:
    match measurement:
        case Link(signal_average_dbm=int(dbm)) | Link(signal_dbm=int(dbm)):
            return decibels(dbm)
        case Link():
            return "joined, but its strength is not known"
        case RoundTrips(median_ms=median, sent=sent, received=received):
            answered = "" if received == sent else f", {received} of {sent} answered"
            return f"{_ms(median)}{answered}"
        case Names(answer_ms=took):
            return _ms(took)
        case _:
            return "measured"


def _ms(value: float | None) -> str:
    if value is None:
        return "answered, time not known"
    number = f"{value:.1f}" if value < 10 else f"{value:,.0f}"  # noqa: PLR2004 - two digits are enough
    return f"{number}{NBSP}ms"
