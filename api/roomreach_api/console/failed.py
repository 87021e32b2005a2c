"""What failed, from when to when, and in which rooms? Spans of failed measurements: no cause is guessed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from roomreach.headline import age
from roomreach.identifiers import RoomId
from roomreach.measurement import Outcome, Reason
from roomreach.moments import milliseconds, moment
from roomreach.report import question
from roomreach_api.console.facts import LABELS
from roomreach_api.console.history import CHECKS, Failures
from roomreach_api.console.intervals import Intervals
from roomreach_api.console.statistics.spans import Failure, Span, spans, together
from roomreach_api.console.words import REASONS, TARGETS, lasting
from roomreach_api.reading import Reading
from roomreach_api.visible import SeenRoom

SHOWN = 25

_Question = tuple[RoomId, str, str | None]
"""Where, what was asked, and of whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedSpan:
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
class WhatFailed:
    """All that failed: the longest spans, newest first; how many were shorter; and checks that failed alone.

    ``anything`` says whether anything was checked at all. ``exact`` is how exactly the times are known, ""
    when they are those of the reports. ``speeds`` says how many throughput tests failed, and why.
    """

    anything: bool
    spans: Sequence[FailedSpan]
    more: int
    alone: int
    exact: str
    speeds: Sequence[tuple[str, int]]


def what_failed(
    reading: Reading, found: Failures, intervals: Intervals, rooms: Iterable[SeenRoom]
) -> WhatFailed:
    """Say what failed in these rooms."""
    every = [span for kind in CHECKS for span in _spans(found, kind, intervals)]
    groups = together(span for span in every if span.checks > 1)
    groups.sort(key=lambda span: (span.last_ms - span.begun_ms, len(span.rooms)), reverse=True)
    named = {room.id: room for room in rooms}
    now_failing = _now_failing(reading)
    shown = sorted(groups[:SHOWN], key=lambda span: span.begun_ms, reverse=True)
    exact_ms = max(found.exact_ms.values())
    return WhatFailed(
        anything=bool(intervals.by_agent),
        spans=[_said(span, named, now_failing, _last(span, found, reading)) for span in shown],
        more=len(groups[SHOWN:]),
        alone=sum(span.checks == 1 for span in every),
        exact=age(timedelta(milliseconds=exact_ms)) if exact_ms else "",
        speeds=counted(found.by_kind["throughput"]),
    )


def counted(found: Iterable[Failure]) -> list[tuple[str, int]]:
    """Say why checks failed, and how many for each reason; most first."""
    reasons: Counter[str] = Counter()
    for failure in found:
        reasons[why(failure.reason)] += failure.checks
    return reasons.most_common()


def why(reason: str) -> str:
    """Say a reason as it stands in a series; one from a newer agent is said as it is."""
    return REASONS[Reason(reason)] if reason in set(Reason) else reason.replace("_", " ")


def times(number: int) -> str:
    """Say how many times."""
    return "once" if number == 1 else f"{number} times"


def _spans(found: Failures, kind: str, intervals: Intervals) -> list[Span]:
    # Where failures are gathered in windows, the next one may begin that much later.
    gathered_ms = found.exact_ms[kind]
    return spans(found.by_kind[kind], lambda agent, at_ms: intervals.patience_ms(agent, at_ms) + gathered_ms)


def _last(span: Span, found: Failures, reading: Reading) -> datetime:
    return min(moment(span.last_ms + found.exact_ms[span.kind]), reading.now)


def _said(
    span: Span, rooms: Mapping[RoomId, SeenRoom], now_failing: Mapping[_Question, int], last: datetime
) -> FailedSpan:
    last_told = max(now_failing.get((room, span.kind, span.target), 0) for room in span.rooms)
    begun = moment(span.begun_ms)
    return FailedSpan(
        what=_asked(span.kind, span.target),
        why=_reasons(span.reasons),
        begun=begun,
        last=last,
        lasted=lasting(last - begun),
        going_on=0 < last_told <= span.last_ms + span.patience_ms,
        checks=span.checks,
        rooms=[room for room in rooms.values() if room.id in span.rooms],
    )


def _asked(kind: str, target: str | None) -> str:
    label = LABELS.get(kind, kind)
    return f"{label} ({TARGETS.get(target, target)})" if target else label


def _reasons(reasons: Mapping[str, int]) -> str:
    ordered = Counter(reasons).most_common()
    if len(ordered) == 1:
        return why(ordered[0][0])
    return "; ".join(f"{why(reason)} ({times(number)})" for reason, number in ordered)


def _now_failing(reading: Reading) -> dict[_Question, int]:
    """Say where and what the latest report said failed, where it is heard, and when it was taken."""
    found: dict[_Question, int] = {}
    for said in reading.said.values():
        if said.room and said.heard:
            for one in said.measurements:
                if one.outcome is Outcome.FAILED:
                    asked = (said.room.id, *question(one))
                    found[asked] = max(found.get(asked, 0), milliseconds(said.taken_at))
    return found
