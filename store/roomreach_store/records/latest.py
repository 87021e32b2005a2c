"""What is the latest that each agent said, and since when has its room been offline, or weakly covered?"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from roomreach.answers import Answer, Run
from roomreach.identifiers import AgentId
from roomreach_store.records import runs
from roomreach_store.records.dialect import Inserting, inserting
from roomreach_store.records.schema import LATEST

_taken_ms = attrgetter("taken_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """An agent's newest report, byte for byte, and the runs of what its last ones said, packed.

    A page of thousands of rooms unpacks the runs of the few that are not well.
    """

    agent: AgentId
    taken_ms: int
    received_ms: int
    payload: bytes
    online_packed: bytes
    covered_packed: bytes | None

    @property
    def online(self) -> Run:
        """Whether its room could get online."""
        return runs.unpack(self.online_packed)

    @property
    def covered(self) -> Run:
        """Whether its room's Wi-Fi was not weak."""
        return Run() if self.covered_packed is None else runs.unpack(self.covered_packed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One report just received, and what it says of its room."""

    agent: AgentId
    taken_ms: int
    received_ms: int
    payload: bytes
    online: Answer
    covered: Answer = Answer.UNKNOWN


_RUNS: Mapping[str, Callable[[Heard], Answer]] = {
    "run": attrgetter("online"),
    "covered_run": attrgetter("covered"),
}
"""The column of each run, and what a report adds to it."""


def merge(c: Connection, heard: Iterable[Heard]) -> None:
    """Add reports to what is known of their agents, in whatever order they come and however often.

    Inside one write transaction this is safe with several collectors.
    """
    by_agent: dict[AgentId, list[Heard]] = defaultdict(list)
    for report in heard:
        by_agent[report.agent].append(report)
    if not by_agent:
        return
    question = select(LATEST.c.agent, LATEST.c.taken_ms, *(LATEST.c[name] for name in _RUNS)).where(
        LATEST.c.agent.in_(by_agent)
    )
    known = {agent: (taken_ms, packed) for agent, taken_ms, *packed in c.execute(question)}
    newer, older = [], []
    for agent, reports in by_agent.items():
        taken_ms, packed = known.get(agent, (None, (None,) * len(_RUNS)))
        lengthened = {
            column: _lengthened(before, reports, answer)
            for before, (column, answer) in zip(packed, _RUNS.items(), strict=True)
        }
        newest = max(reports, key=_taken_ms)
        if taken_ms is None or newest.taken_ms > taken_ms:
            newer.append(
                {
                    "agent": agent,
                    "taken_ms": newest.taken_ms,
                    "received_ms": newest.received_ms,
                    "payload": newest.payload,
                    **lengthened,
                }
            )
        else:
            older.append({"of_agent": agent, **lengthened})
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


def _lengthened(packed: bytes | None, reports: Iterable[Heard], answer: Callable[[Heard], Answer]) -> bytes:
    for report in reports:
        packed = runs.lengthened(packed, report.taken_ms, answer(report))
    return packed or b""


def _newest(c: Connection) -> Inserting:
    statement = inserting(c, LATEST)
    return statement.on_conflict_do_update(
        index_elements=["agent"],
        set_={name: statement.excluded[name] for name in ("taken_ms", "received_ms", "payload", *_RUNS)},
    )


def _latest(row: Row[Any]) -> Latest:
    return Latest(
        agent=AgentId(row.agent),
        taken_ms=row.taken_ms,
        received_ms=row.received_ms,
        payload=row.payload,
        online_packed=row.run,
        covered_packed=row.covered_run,
    )
