"""Many answers to few receipts: one for each outbox, as ranges, and another where refusals are many."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from roomreach.identifiers import AgentId, OutboxId
from roomreach.receipt import Receipt, Refusing, ranges
from roomreach.report import Key

MOST_REFUSALS = 100
"""A receipt carries no more: an agent holds its receipts in little memory."""


class Answer(NamedTuple):
    """What one report is told: stored, where ``refusing`` is None."""

    key: Key
    refusing: Refusing | None = None


def receipts(answers: Iterable[Answer], at_ms: int) -> Iterator[tuple[AgentId, Receipt]]:
    """Gather answers into receipts, each with the agent it is for. The same answer twice is given once."""
    stored: dict[tuple[AgentId, OutboxId], list[int]] = defaultdict(list)
    refused: dict[tuple[AgentId, OutboxId], dict[Refusing, None]] = defaultdict(dict)
    for key, refusing in answers:
        if refusing is None:
            stored[key[:2]].append(key.sequence)
        else:
            refused[key[:2]][refusing] = None
    for agent, outbox in stored | refused:
        told = ranges(stored.get((agent, outbox), []))
        refusals = tuple(refused.get((agent, outbox), ()))
        for start in range(0, len(refusals) or 1, MOST_REFUSALS):
            some = refusals[start : start + MOST_REFUSALS]
            yield agent, Receipt(at_ms=at_ms, outbox=outbox, stored=() if start else told, refused=some)
