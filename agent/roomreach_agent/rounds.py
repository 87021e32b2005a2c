"""What does one round of questions give? Whatever goes wrong, a measurement for each of them."""

import logging
from collections.abc import Iterable, Iterator

from roomreach.measurement import Measurement, NotMeasured, Reason
from roomreach.report import question
from roomreach.shape import fields_of
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.probes import Probe

log = logging.getLogger(__name__)

_LONGEST_DETAIL = 200
_DETAIL = next(field for field in fields_of(NotMeasured) if field.name == "detail")


def take(probes: Iterable[Probe]) -> tuple[Measurement, ...]:
    """Ask every question once, in order. Never raises, and never gives two answers to one question."""
    answers: dict[tuple[str, str | None], Measurement] = {}
    for probe in probes:
        for measurement in _asked(probe):
            if question(measurement) in answers:
                log.error("a second answer of probe %s was dropped", probe.kind)
            else:
                answers[question(measurement)] = measurement
    return tuple(answers.values())


def _asked(probe: Probe) -> Iterator[Measurement]:
    try:
        found = tuple(probe.measure())
    except ProbeFailed as exc:
        yield from _not_measured(probe, exc.reason, exc.detail)
    except Exception as exc:
        log.exception("probe %s crashed", probe.kind)
        # The type's name only: what an exception says may hold addresses.
        yield from _not_measured(probe, Reason.PROBE_CRASHED, type(exc).__name__)
    else:
        for measurement in found:
            yield _plausible(measurement)


def _not_measured(probe: Probe, reason: Reason, detail: str) -> Iterator[NotMeasured]:
    for target in probe.targets or (None,):
        yield NotMeasured(of=probe.kind, target=target, reason=reason, detail=_clean(detail))


def _plausible(measurement: Measurement) -> Measurement:
    """Give the measurement, or the lack of it where a value is out of bounds."""
    if isinstance(measurement, NotMeasured):
        return NotMeasured(
            of=measurement.of,
            target=measurement.target,
            reason=measurement.reason,
            detail=_clean(measurement.detail),
        )
    broken = [
        # A number may be told; a text that should not be there may be anything.
        fault if isinstance(getattr(measurement, field.name), int | float) else f"{field.name} is unknown"
        for field in fields_of(type(measurement))
        if (fault := field.fault(getattr(measurement, field.name)))
    ]
    if not broken:
        return measurement
    kind, target = question(measurement)
    log.error("an answer of probe %s was out of bounds", kind)
    return NotMeasured(of=kind, target=target, reason=Reason.IMPLAUSIBLE, detail=_clean("; ".join(broken)))


def _clean(detail: str) -> str:
    """Cut the one free text that a report has, and withhold it where the language forbids what it holds."""
    short = " ".join(detail.split())[:_LONGEST_DETAIL]
    return short if _DETAIL.fault(short) is None else "withheld: it held what looks like an address"
