"""Can a resident get online? What one report says, and since when.

A room cannot get online when, in its latest report, every gateway, every way out or every resolver that was
asked failed. A gateway that ignores pings is no fault when a host beyond it answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from roomreach.measurement import Measurement, Outcome

_RUNGS = {
    "gateway": "the router does not answer",
    "latency": "nothing outside the building answers",
    "names": "names cannot be looked up",
}

REMEMBERED = 64
"""How many reports ``Run`` keeps in order: reports that arrive later than that many others are too late."""


class Online(StrEnum):
    """What a report says of its room. Not knowing is a value."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


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


@dataclass(frozen=True, slots=True)
class Run:
    """An agent's last reports in the order they were taken, whatever the order they arrived in.

    ``entries`` are (taken, UTC ms; online). ``before_ms`` is since when the room had already been offline at
    the oldest entry, or None when it was not.
    """

    entries: tuple[tuple[int, Online], ...] = ()
    before_ms: int | None = None

    def with_report(self, taken_ms: int, online: Online) -> "Run":
        """Add one report; the same one twice changes nothing, and one older than all kept is ignored."""
        kept = dict(self.entries)
        if len(kept) >= REMEMBERED and taken_ms < self.entries[0][0]:
            return self
        kept[taken_ms] = online
        entries = sorted(kept.items())
        before = self.before_ms
        while len(entries) > REMEMBERED:
            before = _step(before, *entries.pop(0))
        return Run(tuple(entries), before)

    @property
    def offline_since_ms(self) -> int | None:
        """The first of the reports in a row, up to the latest, that say the room cannot get online."""
        since = self.before_ms
        for taken_ms, online in self.entries:
            since = _step(since, taken_ms, online)
        return since


def _step(since: int | None, taken_ms: int, online: Online) -> int | None:
    if online is not Online.NO:
        return None
    return taken_ms if since is None else since
