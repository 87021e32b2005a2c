"""From when to when did a check fail again and again, and in which rooms? No cause is guessed here."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from roomreach.identifiers import AgentId, RoomId

Patience = Callable[[AgentId, int], int]
"""How long a pause after a moment (UTC ms) still joins an agent's failures into one span (ms)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A check that failed: what was asked, of whom, and why it failed (as the series says it).

    Where failures are gathered, ``checks`` of them stand in one, with the time at which the gathering began.
    """

    room: RoomId
    agent: AgentId
    kind: str
    target: str | None
    reason: str
    at_ms: int
    checks: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Checks of one kind and target that failed one after another, from the first to the last of them.

    ``reasons`` counts why, for they may alternate within one outage. ``patience_ms`` is the longest pause
    that would not have ended it.
    """

    kind: str
    target: str | None
    reasons: Mapping[str, int]
    rooms: frozenset[RoomId]
    begun_ms: int
    last_ms: int
    patience_ms: int

    @property
    def checks(self) -> int:
        """How many failed."""
        return sum(self.reasons.values())

    @property
    def what(self) -> tuple[str, str]:
        """What failed."""
        return (self.kind, self.target or "")


def spans(failures: Iterable[Failure], patience_ms: Patience) -> list[Span]:
    """Join failures into spans: a longer pause than an agent's patience ends one, whatever lay in it.

    Patience is more than one of the agent's intervals and less than two, so that a check that went well ends
    a span, and so does a silence: nobody knows what failed in it.
    """
    ordered = sorted(failures, key=lambda one: (*_who(one), one.at_ms))
    found = []
    for _, same in groupby(ordered, _who):
        run: list[Failure] = []
        longest_ms = 0
        for failure in same:
            if run and failure.at_ms - run[-1].at_ms > patience_ms(failure.agent, run[-1].at_ms):
                found.append(_span(run, longest_ms))
                run, longest_ms = [], 0
            run.append(failure)
            longest_ms = max(longest_ms, patience_ms(failure.agent, failure.at_ms))
        found.append(_span(run, longest_ms))
    return found


def together(found: Iterable[Span]) -> list[Span]:
    """Make one span of those that began together, ended together, and failed at the same.

    Each notices by up to an interval too late, so either end may differ by the patience of both.
    """
    groups: list[Span] = []
    ordered = sorted(found, key=lambda span: (span.what, span.begun_ms, span.last_ms))
    for _, same in groupby(ordered, lambda span: span.what):
        mine: list[Span] = []
        for span in same:
            at = next((n for n, known in enumerate(mine) if _together(known, span)), None)
            if at is None:
                mine.append(span)
            else:
                mine[at] = _joined(mine[at], span)
        groups += mine
    return groups


def _who(failure: Failure) -> tuple[str, str, str, str]:
    return (failure.agent, failure.room, failure.kind, failure.target or "")


def _span(run: Sequence[Failure], patience_ms: int) -> Span:
    first = run[0]
    reasons: Counter[str] = Counter()
    for failure in run:
        reasons[failure.reason] += failure.checks
    return Span(
        kind=first.kind,
        target=first.target,
        reasons=reasons,
        rooms=frozenset({first.room}),
        begun_ms=first.at_ms,
        last_ms=run[-1].at_ms,
        patience_ms=patience_ms,
    )


def _together(known: Span, span: Span) -> bool:
    leeway_ms = known.patience_ms + span.patience_ms
    return abs(known.begun_ms - span.begun_ms) <= leeway_ms and abs(known.last_ms - span.last_ms) <= leeway_ms


def _joined(known: Span, span: Span) -> Span:
    return replace(
        known,
        reasons=Counter(known.reasons) + Counter(span.reasons),
        rooms=known.rooms | span.rooms,
        begun_ms=min(known.begun_ms, span.begun_ms),
        last_ms=max(known.last_ms, span.last_ms),
        # The quicker agent knows better from when to when it was.
        patience_ms=min(known.patience_ms, span.patience_ms),
    )
