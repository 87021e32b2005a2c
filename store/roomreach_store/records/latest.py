"""What is the latest that each agent said, and since when has its room been offline?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from roomreach.identifiers import AgentId
from roomreach.online import Online, Run
from roomreach_store.records import runs
from roomreach_store.records.dialect import Inserting, inserting
from roomreach_store.records.schema import LATEST

_taken_ms = attrgetter("taken_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """An agent's newest report, byte for byte, and the run of its last ones."""

    agent: AgentId
    taken_ms: int
    received_ms: int
    payload: bytes
    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One report just received, and what it says of its room."""

    agent: AgentId
    taken_ms: int
    received_ms: int
    payload: bytes
    online: Online


def merge(c: Connection, heard: Iterable[Heard]) -> None:
    """Add reports to what is known of their agents, in whatever order they come and however often.

    Inside one write transaction this is safe with several collectors.
    """
    by_agent: dict[AgentId, list[Heard]] = defaultdict(list)
    for report in heard:
        by_agent[report.agent].append(report)
    if not by_agent:
        return
    question = select(LATEST.c.agent, LATEST.c.taken_ms, LATEST.c.run).where(LATEST.c.agent.in_(by_agent))
    known = {agent: (taken_ms, run) for agent, taken_ms, run in c.execute(question)}
    newer, older = [], []
    for agent, reports in by_agent.items():
        taken_ms, run = known.get(agent, (None, None))
        for report in reports:
            run = runs.lengthened(run, report.taken_ms, report.online)
        newest = max(reports, key=_taken_ms)
        if taken_ms is None or newest.taken_ms > taken_ms:
            newer.append(
                {
                    "agent": agent,
                    "taken_ms": newest.taken_ms,
                    "received_ms": newest.received_ms,
                    "payload": newest.payload,
                    "run": run,
                }
            )
        else:
            older.append({"of_agent": agent, "run": run})
    if newer:
        c.execute(_newest(c), newer)
    if older:
        c.execute(update(LATEST).where(LATEST.c.agent == bindparam("of_agent")), older)


def latest(c: Connection) -> dict[AgentId, Latest]:
    """Read the latest of every agent that was ever heard."""
    return {AgentId(row.agent): _latest(row) for row in c.execute(select(LATEST))}


def mark(c: Connection) -> tuple[int, ...]:
    """Give numbers that differ as soon as any agent has a newer report: far cheaper than reading them."""
    taken, received = LATEST.c.taken_ms, LATEST.c.received_ms
    row = c.execute(select(func.count(), func.sum(taken), func.max(received))).one()
    return tuple(int(number or 0) for number in row)


def _newest(c: Connection) -> Inserting:
    statement = inserting(c, LATEST)
    return statement.on_conflict_do_update(
        index_elements=["agent"],
        set_={name: statement.excluded[name] for name in ("taken_ms", "received_ms", "payload", "run")},
    )


def _latest(row: Row[Any]) -> Latest:
    return Latest(
        agent=AgentId(row.agent),
        taken_ms=row.taken_ms,
        received_ms=row.received_ms,
        payload=row.payload,
        run=runs.unpack(row.run),
    )
