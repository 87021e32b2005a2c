"""Reports kept whole, because nobody has said yet where, or nobody will ever know when, they were taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, tuple_

from roomreach.errors import Unavailable
from roomreach.identifiers import AgentId, OutboxId
from roomreach.report import Key
from roomreach_store.records.dialect import inserting
from roomreach_store.records.schema import KEPT

MOST_KEPT = 100_000
"""How many reports may wait here: at the bound agents keep theirs."""


class Why(StrEnum):
    """What a report lacks."""

    UNPLACED = "unplaced"
    """No installation says where its agent stood."""
    UNDATED = "undated"
    """Its agent never learnt what time it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One report, byte for byte."""

    why: Why
    key: Key
    taken_ms: int
    received_ms: int
    digest: str
    payload: bytes


def keep(c: Connection, kept: Iterable[Kept], *, most: int = MOST_KEPT) -> None:
    """Keep reports; one that is kept already stays as it is.

    Raises ``Unavailable``, and keeps none of these, when more than ``most`` would be kept.
    """
    rows = [
        {
            "agent": report.key.agent,
            "outbox": report.key.outbox,
            "sequence": report.key.sequence,
            "why": report.why,
            "taken_ms": report.taken_ms,
            "received_ms": report.received_ms,
            "digest": report.digest,
            "payload": report.payload,
        }
        for report in kept
    ]
    if not rows:
        return
    with c.begin_nested():
        c.execute(inserting(c, KEPT).on_conflict_do_nothing(), rows)
        if (c.scalar(select(func.count()).select_from(KEPT)) or 0) > most:
            raise Unavailable(
                f"{most} reports wait for their place or their time already, which is the most: "
                "record where these agents stand."
            )


def counts(c: Connection) -> dict[tuple[AgentId, Why], int]:
    """Count the reports kept, by agent and by what they lack."""
    question = select(KEPT.c.agent, KEPT.c.why, func.count()).group_by(KEPT.c.agent, KEPT.c.why)
    return {(AgentId(agent), Why(why)): number for agent, why, number in c.execute(question)}


def unplaced(c: Connection, agent: AgentId, after: Key | None, limit: int) -> list[Kept]:
    """Read an agent's unplaced reports in the order of their keys, at most ``limit``, from after one."""
    question = (
        select(KEPT)
        .where(KEPT.c.why == Why.UNPLACED, KEPT.c.agent == agent)
        .order_by(KEPT.c.outbox, KEPT.c.sequence)
        .limit(limit)
    )
    if after is not None:
        place = tuple_(KEPT.c.outbox, KEPT.c.sequence)
        question = question.where(place > tuple_(after.outbox, after.sequence))
    return [_kept(row) for row in c.execute(question)]


def agents_with_unplaced(c: Connection) -> list[AgentId]:
    """Name the agents of which reports wait for a place."""
    question = select(KEPT.c.agent).where(KEPT.c.why == Why.UNPLACED).distinct().order_by(KEPT.c.agent)
    return [AgentId(agent) for agent in c.scalars(question)]


def forget(c: Connection, keys: Iterable[Key]) -> None:
    """Forget reports: they are stored where they belong, or never will be."""
    rows = [{"of_" + name: value for name, value in key._asdict().items()} for key in keys]
    if rows:
        named = (KEPT.c[name] == bindparam("of_" + name) for name in Key._fields)
        c.execute(delete(KEPT).where(*named), rows)


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        why=Why(row.why),
        key=Key(AgentId(row.agent), OutboxId(row.outbox), row.sequence),
        taken_ms=row.taken_ms,
        received_ms=row.received_ms,
        digest=row.digest,
        payload=row.payload,
    )
