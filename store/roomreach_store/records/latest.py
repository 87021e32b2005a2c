"""What is the latest that each agent said, and since when has its room been offline?"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any

from sqlalchemy import Connection, Row, select

from roomreach.identifiers import AgentId
from roomreach.online import Online, Run
from roomreach_store.records.dialect import inserting
from roomreach_store.records.schema import LATEST


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
    heard = list(heard)
    known = _read(c, {report.agent for report in heard})
    for report in heard:
        known[report.agent] = _with(known.get(report.agent), report)
    if not known:
        return
    statement = inserting(c, LATEST)
    c.execute(
        statement.on_conflict_do_update(
            index_elements=["agent"],
            set_={name: statement.excluded[name] for name in ("taken_ms", "received_ms", "payload", "run")},
        ),
        [
            {
                "agent": latest.agent,
                "taken_ms": latest.taken_ms,
                "received_ms": latest.received_ms,
                "payload": latest.payload,
                "run": _encode(latest.run),
            }
            for latest in known.values()
        ],
    )


def latest(c: Connection) -> dict[AgentId, Latest]:
    """Read the latest of every agent that was ever heard."""
    return {AgentId(row.agent): _latest(row) for row in c.execute(select(LATEST))}


def _read(c: Connection, agents: set[AgentId]) -> dict[AgentId, Latest]:
    rows = c.execute(select(LATEST).where(LATEST.c.agent.in_(agents)))
    return {AgentId(row.agent): _latest(row) for row in rows}


def _with(known: Latest | None, report: Heard) -> Latest:
    run = (known.run if known else Run()).with_report(report.taken_ms, report.online)
    if known and report.taken_ms <= known.taken_ms:
        return replace(known, run=run)
    return Latest(
        agent=report.agent,
        taken_ms=report.taken_ms,
        received_ms=report.received_ms,
        payload=report.payload,
        run=run,
    )


def _latest(row: Row[Any]) -> Latest:
    return Latest(
        agent=AgentId(row.agent),
        taken_ms=row.taken_ms,
        received_ms=row.received_ms,
        payload=row.payload,
        run=_decode(row.run),
    )


_LETTERS = {Online.YES: "y", Online.NO: "n", Online.UNKNOWN: "u"}
_ONLINE = {letter: online for online, letter in _LETTERS.items()}


def _encode(run: Run) -> str:
    # A batch writes hundreds of these: the steps between moments are half as long as the moments.
    taken = [taken_ms for taken_ms, _ in run.entries]
    document = {
        "before": run.before_ms,
        "online": "".join([_LETTERS[online] for _, online in run.entries]),
        "taken": taken[:1] + [later - earlier for earlier, later in pairwise(taken)],
    }
    return json.dumps(document, separators=(",", ":"))


def _decode(text: str) -> Run:
    document = json.loads(text)
    online = [_ONLINE[letter] for letter in document["online"]]
    return Run(tuple(zip(accumulate(document["taken"]), online, strict=True)), document["before"])
