"""What is the collector asked to do between its batches? Written by whoever asks, worked on by it alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from roomreach.errors import NotFound
from roomreach.identifiers import AgentId
from roomreach_store.records import places
from roomreach_store.records.schema import JOBS

MOST_ENDED = 1_000
"""How many jobs are remembered after their end."""


class Kind(StrEnum):
    """What is to be done."""

    REPLACE = "replace"
    """Put what an agent measured in [``start_ms``, ``end_ms``) where the register says that it stood."""
    REPLAY = "replay"
    """Take in a message of the quarantine again."""


class Outcome(StrEnum):
    """How a job ended."""

    DONE = "done"
    REFUSED = "refused"
    """It cannot be done, and asking again would not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job. ``register`` is the register's version when it was asked, ``outcome`` None until it ends."""

    id: int
    kind: Kind
    asked_ms: int
    register: int
    agent: AgentId | None
    start_ms: int | None
    end_ms: int | None
    entry: int | None
    ended_ms: int | None
    outcome: Outcome | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The jobs that wait, by kind, and when the oldest of them was asked (UTC ms; None when none waits)."""

    waiting: Mapping[Kind, int]
    oldest_ms: int | None


def replace(c: Connection, agent: AgentId, start_ms: int, end_ms: int, asked_ms: int) -> int:
    """Ask for points to be put where the register says, as it now is; give the job's number."""
    return _ask(c, asked_ms, kind=Kind.REPLACE, agent=agent, start_ms=start_ms, end_ms=end_ms)


def replay(c: Connection, entry: int, asked_ms: int) -> int:
    """Ask for a message in quarantine to be taken in again; one that waits already is asked for once."""
    waiting = select(JOBS.c.id).where(JOBS.c.ended_ms.is_(None), JOBS.c.entry == entry)
    known = c.scalar(waiting)
    return _ask(c, asked_ms, kind=Kind.REPLAY, entry=entry) if known is None else known


def waiting(c: Connection, limit: int) -> list[Job]:
    """Give the jobs that have not ended, the oldest first."""
    question = select(JOBS).where(JOBS.c.ended_ms.is_(None)).order_by(JOBS.c.id).limit(limit)
    return [_job(row) for row in c.execute(question)]


def backlog(c: Connection) -> Backlog:
    """Say how many jobs have not ended, and since when the oldest has waited."""
    question = select(JOBS.c.kind, func.count(), func.min(JOBS.c.asked_ms)).where(JOBS.c.ended_ms.is_(None))
    rows = c.execute(question.group_by(JOBS.c.kind)).all()
    return Backlog(
        waiting=dict.fromkeys(Kind, 0) | {Kind(kind): number for kind, number, _ in rows},
        oldest_ms=min((asked_ms for _, _, asked_ms in rows), default=None),
    )


def reached(c: Connection, id_: int, start_ms: int) -> None:
    """Remember that everything before a moment is done."""
    c.execute(update(JOBS).where(JOBS.c.id == id_).values(start_ms=start_ms))


def end(c: Connection, id_: int, ended_ms: int, outcome: Outcome, detail: str = "") -> None:
    """Remember how a job ended, and forget the oldest that did."""
    c.execute(
        update(JOBS)
        .where(JOBS.c.id == id_, JOBS.c.ended_ms.is_(None))
        .values(ended_ms=ended_ms, outcome=outcome, detail=detail)
    )
    ended = select(JOBS.c.id).where(JOBS.c.ended_ms.is_not(None)).order_by(JOBS.c.id.desc())
    oldest = c.scalar(ended.offset(MOST_ENDED).limit(1))
    if oldest is not None:
        c.execute(delete(JOBS).where(JOBS.c.ended_ms.is_not(None), JOBS.c.id <= oldest))


def job(c: Connection, id_: int) -> Job:
    """Read one job; raises ``NotFound``."""
    row = c.execute(select(JOBS).where(JOBS.c.id == id_)).first()
    if row is None:
        raise NotFound(f"There is no job {id_}: the last {MOST_ENDED} that ended are remembered.")
    return _job(row)


def jobs(c: Connection, limit: int) -> list[Job]:
    """List the newest jobs."""
    return [_job(row) for row in c.execute(select(JOBS).order_by(JOBS.c.id.desc()).limit(limit))]


def _ask(c: Connection, asked_ms: int, **values: Any) -> int:  # noqa: ANN401 - the columns of a table
    row = {"asked_ms": asked_ms, "register": places.version(c), **values}
    (number,) = c.execute(insert(JOBS).values(row).returning(JOBS.c.id)).one()
    return int(number)


def _job(row: Row[Any]) -> Job:
    values = row._asdict()
    values["kind"] = Kind(row.kind)
    values["outcome"] = None if row.outcome is None else Outcome(row.outcome)
    return Job(**values)
