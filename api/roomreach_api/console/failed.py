"""What failed, from when to when, and in which rooms? Spans of failed measurements: no cause is guessed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from roomreach.headline import age
from roomreach.identifiers import AgentId, RoomId
from roomreach.measurement import Outcome, Reason
from roomreach.moments import moment
from roomreach_api.console.facts import LABELS
from roomreach_api.console.history import CHECKS, Failures
from roomreach_api.console.statistics.spans import Failure, Span, spans, together
from roomreach_api.console.words import REASONS, TARGETS, lasting
from roomreach_api.reading import Reading
from roomreach_api.visible import SeenRoom

SHOWN = 25
_UNHEARD = timedelta(minutes=15)
_PATIENCE = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """One span: what failed and why, from its first failed check to its last, and where.

    ``going_on`` says that the last check of all was one of them.
    """

    what: str
    why: str
    begun: datetime
    last: datetime
    lasted: str
    going_on: bool
    checks: int
    rooms: Sequence[SeenRoom]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """All that failed: the longest spans, newest first; how many were shorter; and checks that failed alone.

    ``exact`` is how exactly the times are known, "" when they are those of the reports. ``speeds`` says how
    many throughput tests failed, and why.
    """

    spans: Sequence[Failing]
    more: int
    alone: int
    exact: str
    speeds: Sequence[tuple[str, int]]


def failed(reading: Reading, found: Failures, rooms: Iterable[SeenRoom]) -> Failed:
    """Say what failed in these rooms."""
    exact_ms = found.exact_ms
    checks = [failure for kind in CHECKS for failure in found.by_kind[kind]]
    intervals = _intervals_ms(reading)
    patience = {agent: int(ms * _PATIENCE) + exact_ms for agent, ms in intervals.items()}
    unheard = int(_UNHEARD / timedelta(milliseconds=1) * _PATIENCE) + exact_ms
    leeway_ms = 2 * max(patience.values(), default=unheard)
    every = spans(checks, lambda agent: patience.get(agent, unheard))
    groups = together([span for span in every if span.checks > 1], leeway_ms)
    groups.sort(key=lambda span: (span.last_ms - span.begun_ms, len(span.rooms)), reverse=True)
    named = {room.id: room for room in rooms}
    now_failing = _now_failing(reading)
    shown = sorted(groups[:SHOWN], key=lambda span: span.begun_ms, reverse=True)
    return Failed(
        spans=[_said(span, named, now_failing, leeway_ms) for span in shown],
        more=len(groups[SHOWN:]),
        alone=sum(span.checks == 1 for span in every),
        exact=age(timedelta(milliseconds=exact_ms)) if exact_ms else "",
        speeds=_counted(found.by_kind["throughput"]),
    )


def why(reason: str) -> str:
    """Say a reason as it stands in a series; one from a newer agent is said as it is."""
    return REASONS[Reason(reason)] if reason in set(Reason) else reason.replace("_", " ")


def asked(kind: str, target: str | None) -> str:
    """Say what was asked of whom."""
    label = LABELS.get(kind, kind)
    return f"{label} ({TARGETS.get(target, target)})" if target else label


def _said(
    span: Span,
    rooms: Mapping[RoomId, SeenRoom],
    now_failing: Mapping[tuple[RoomId, str], int],
    leeway_ms: int,
) -> Failing:
    last_told = max((now_failing.get((room, span.kind), 0) for room in span.rooms), default=0)
    return Failing(
        what=asked(span.kind, span.target),
        why=why(span.reason),
        begun=moment(span.begun_ms),
        last=moment(span.last_ms),
        lasted=lasting(timedelta(milliseconds=span.last_ms - span.begun_ms)),
        going_on=0 < last_told <= span.last_ms + leeway_ms,
        checks=span.checks,
        rooms=[room for room in rooms.values() if room.id in span.rooms],
    )


def _intervals_ms(reading: Reading) -> dict[AgentId, int]:
    return {agent: said.interval // timedelta(milliseconds=1) for agent, said in reading.said.items()}


def _now_failing(reading: Reading) -> dict[tuple[RoomId, str], int]:
    """Say for each room and kind when the latest report was taken, where it is heard and says it failed."""
    found = {}
    for said in reading.said.values():
        if said.room and said.heard:
            at_ms = int(said.taken_at.timestamp() * 1000)
            for one in said.measurements:
                if one.outcome is Outcome.FAILED:
                    found[said.room.id, one.kind] = at_ms
    return found


def _counted(found: Iterable[Failure]) -> list[tuple[str, int]]:
    return Counter(why(failure.reason) for failure in found).most_common()
