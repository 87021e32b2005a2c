"""What is the latest that each agent said, and since when has its room been offline?"""

import struct
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
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
    by_agent: dict[AgentId, list[Heard]] = defaultdict(list)
    for report in heard:
        by_agent[report.agent].append(report)
    if not by_agent:
        return
    known = {row.agent: row for row in c.execute(select(LATEST).where(LATEST.c.agent.in_(by_agent)))}
    statement = inserting(c, LATEST)
    c.execute(
        statement.on_conflict_do_update(
            index_elements=["agent"],
            set_={name: statement.excluded[name] for name in ("taken_ms", "received_ms", "payload", "run")},
        ),
        [_merged(known.get(agent), reports) for agent, reports in by_agent.items()],
    )


def latest(c: Connection) -> dict[AgentId, Latest]:
    """Read the latest of every agent that was ever heard."""
    return {AgentId(row.agent): _latest(row) for row in c.execute(select(LATEST))}


def _merged(known: Row[Any] | None, reports: list[Heard]) -> dict[str, object]:
    run = _decode(known.run) if known else Run()
    newest: Row[Any] | Heard = known or reports[0]
    for report in reports:
        run = run.with_report(report.taken_ms, report.online)
        if report.taken_ms > newest.taken_ms:
            newest = report
    return {
        "agent": newest.agent,
        "taken_ms": newest.taken_ms,
        "received_ms": newest.received_ms,
        "payload": newest.payload,
        "run": _encode(run),
    }


def _latest(row: Row[Any]) -> Latest:
    return Latest(
        agent=AgentId(row.agent),
        taken_ms=row.taken_ms,
        received_ms=row.received_ms,
        payload=row.payload,
        run=_decode(row.run),
    )


# A batch reads and writes hundreds of runs, so they are packed: since when it was offline before (-1: it was
# not), the moments as 64-bit numbers, then each answer's first letter.
_ONLINE = {str(online)[0]: online for online in Online}
_NUMBER = 8


def _encode(run: Run) -> bytes:
    taken, online = zip(*run.entries, strict=True)
    before = -1 if run.before_ms is None else run.before_ms
    return struct.pack(f"<q{len(taken)}q", before, *taken) + "".join(map(itemgetter(0), online)).encode()


def _decode(packed: bytes) -> Run:
    number = (len(packed) - _NUMBER) // (_NUMBER + 1)
    before, *taken = struct.unpack_from(f"<q{number}q", packed)
    letters = packed[_NUMBER * (number + 1) :].decode()
    entries = zip(taken, map(_ONLINE.__getitem__, letters), strict=True)
    return Run(tuple(entries), None if before < 0 else before)
