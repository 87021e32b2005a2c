"""From when to when did a check fail again and again, and in which rooms? No cause is guessed here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from roomreach.identifiers import AgentId, RoomId


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One check that failed: what was asked, of whom, and why it failed (as the series says it)."""

    room: RoomId
    agent: AgentId
    kind: str
    target: str | None
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Checks of one kind that failed one after another for one reason, from the first to the last of them."""

    kind: str
    target: str | None
    reason: str
    rooms: frozenset[RoomId]
    begun_ms: int
    last_ms: int
    checks: int

    @property
    def what(self) -> tuple[str, str, str]:
        """What failed, and why."""
        return (self.kind, self.target or "", self.reason)


def spans(failures: Iterable[Failure], patience_ms: Callable[[AgentId], int]) -> list[Span]:
    """Join failures into spans: a longer pause than an agent's patience ends one, whatever lay in it.

    Patience is more than one of the agent's intervals and less than two, so that a check that went well ends
    a span, and so does a silence: nobody knows what failed in it.
    """
    ordered = sorted(failures, key=lambda one: (*_who(one), one.at_ms))
    found = []
    for (agent, *_), same in groupby(ordered, _who):
        run: list[Failure] = []
        for failure in same:
            if run and failure.at_ms - run[-1].at_ms > patience_ms(AgentId(agent)):
                found.append(_span(run))
                run = []
            run.append(failure)
        found.append(_span(run))
    return found


def together(found: Iterable[Span], leeway_ms: int) -> list[Span]:
    """Make one span of those that began together, ended together, and failed in the same way."""
    groups: list[Span] = []
    ordered = sorted(found, key=lambda span: (span.what, span.begun_ms, span.last_ms))
    for _, same in groupby(ordered, lambda span: span.what):
        mine: list[Span] = []
        for span in same:
            at = next((n for n, known in enumerate(mine) if _together(known, span, leeway_ms)), None)
            if at is None:
                mine.append(span)
            else:
                mine[at] = _joined(mine[at], span)
        groups += mine
    return groups


def _who(failure: Failure) -> tuple[str, str, str, str, str]:
    return (failure.agent, failure.room, failure.kind, failure.target or "", failure.reason)


def _span(run: Sequence[Failure]) -> Span:
    first = run[0]
    return Span(
        kind=first.kind,
        target=first.target,
        reason=first.reason,
        rooms=frozenset({first.room}),
        begun_ms=first.at_ms,
        last_ms=run[-1].at_ms,
        checks=len(run),
    )


def _together(known: Span, span: Span, leeway_ms: int) -> bool:
    return abs(known.begun_ms - span.begun_ms) <= leeway_ms and abs(known.last_ms - span.last_ms) <= leeway_ms


def _joined(known: Span, span: Span) -> Span:
    return replace(
        known,
        rooms=known.rooms | span.rooms,
        begun_ms=min(known.begun_ms, span.begun_ms),
        last_ms=max(known.last_ms, span.last_ms),
        checks=known.checks + span.checks,
    )
