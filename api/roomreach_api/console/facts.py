"""What did a report measure, said with units, or why it did not?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from roomreach.measurement import (
    Health,
    Link,
    Measurement,
    Names,
    NotMeasured,
    Outcome,
    RoundTrips,
    Throughput,
)
from roomreach.report import question
from roomreach_api.console.words import REASONS, TARGETS

LABELS: Mapping[str, str] = {
    "link": "Wi-Fi signal",
    "gateway": "Router",
    "latency": "Ways out",
    "names": "Looking up names",
}
"""The kinds that every report measures, in the order the pages show them, and what they call them."""

EVERY_LABEL: Mapping[str, str] = {**LABELS, "throughput": "Speed", "health": "The box itself"}
"""Every kind: a throughput test rides in few reports."""

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


def every_fact(measurements: Iterable[Measurement]) -> list[tuple[str, Fact]]:
    """Say all that one report measured, each with what was asked, in its own order."""
    return [
        (
            EVERY_LABEL.get(kind, kind),
            Fact("" if target is None else TARGETS.get(target, target), *_words(one)),
        )
        for one in measurements
        for kind, target in (question(one),)
    ]


def decibels(dbm: float) -> str:
    """Say how strong a signal is."""
    return f"{MINUS}{abs(dbm):.0f}{NBSP}dBm"


def milliseconds(value: float) -> str:
    """Say how long something took."""
    return f"{_short(value)}{NBSP}ms"


def megabits(value: float) -> str:
    """Say how much a way carries."""
    return f"{_short(value)}{NBSP}Mbit/s"


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
        case RoundTrips(median_ms=median, sent=sent, received=received):
            answered = "" if received == sent else f", {received} of {sent} answered"
            return f"{_ms(median)}{answered}"
        case Names(answer_ms=took):
            return _ms(took)
        case Throughput():
            return _speed(measurement)
        case Health(cpu_percent=float(busy)):
            return f"processor {busy:.0f}{NBSP}% busy"
        case _:
            return "joined, but its strength is not known" if measurement.kind == "link" else "measured"


def _speed(test: Throughput) -> str:
    down = rate(test.download_mbps, test.download_low_mbps, test.download_high_mbps)
    up = rate(test.upload_mbps, test.upload_low_mbps, test.upload_high_mbps)
    return f"download {down}, upload {up}"


def rate(mbps: float | None, low: float | None, high: float | None) -> str:
    """Say a rate; one that did not settle by the bounds between which it lies."""
    match low, high:
        case None, None:
            return "not known" if mbps is None else megabits(mbps)
        case float(), float():
            return f"{_short(low)} to {megabits(high)}"
        case float(), None:
            return f"at least {megabits(low)}"
        case _:
            return f"at most {megabits(high or 0)}"


def _ms(value: float | None) -> str:
    if value is None:
        return "answered, time not known"
    return milliseconds(value)


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"  # noqa: PLR2004 - two digits are enough
