"""Can a resident get online? What one report says.

A room cannot get online when, in its latest report, every gateway, every way out or every resolver that was
asked failed. A gateway that ignores pings is no fault when a host beyond it answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from roomreach.answers import Answer
from roomreach.measurement import Measurement, Outcome

_RUNGS = {
    "gateway": "the router does not answer",
    "latency": "nothing outside the building answers",
    "names": "names cannot be looked up",
}

Online = Answer
"""What a report says of its room: whether residents can get online."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether residents can get online, and the words that explain it."""

    online: Online
    reason: str


def judge(measurements: Iterable[Measurement]) -> Judgement:
    """Judge one report's measurements."""
    asked: dict[str, list[Outcome]] = {}
    for measurement in measurements:
        if measurement.kind in _RUNGS:
            asked.setdefault(measurement.kind, []).append(measurement.outcome)
    failed = [kind for kind in _RUNGS if kind in asked and Outcome.OK not in asked[kind]]
    if failed == ["gateway"] and len(asked) > 1:
        return Judgement(Online.YES, "hosts beyond the router answer, though the router itself does not")
    if failed:
        return Judgement(Online.NO, " and ".join(_RUNGS[kind] for kind in failed))
    if not asked:
        return Judgement(Online.UNKNOWN, "the agent could not ask")
    if any(Outcome.FAILED in outcomes for outcomes in asked.values()):
        return Judgement(Online.YES, "enough of what was asked answered, though not all of it")
    return Judgement(Online.YES, "everything asked answered")
