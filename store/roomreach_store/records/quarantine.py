"""What was refused, kept where a person can look at it: bounded, the oldest out first and counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, cast, delete, func, select

from roomreach.errors import NotFound
from roomreach.identifiers import AgentId, OutboxId
from roomreach_store.records import counters
from roomreach_store.records.dialect import inserting
from roomreach_store.records.schema import QUARANTINED

KEPT_BYTES = 32 * 1024
"""How much of a message is kept: a whole report, or the beginning of what was too large to be one."""
KEPT_CHARACTERS = 500
"""How much of a topic and of a detail is kept: whoever can publish chooses their length."""
MOST_ROWS = 10_000
MOST_BYTES = 64_000_000

_DROPPED = "quarantine_dropped"

# PostgreSQL's sum of whole numbers is a decimal number.
_HELD = cast(func.coalesce(func.sum(QUARANTINED.c.held), 0), BigInteger)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One message refused, and why. ``digest`` and ``size`` are those of all its bytes."""

    topic: str
    agent: AgentId | None
    outbox: OutboxId | None
    sequence: int | None
    reason: str
    detail: str
    digest: str
    size: int
    payload: bytes
    received_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message in quarantine, how often the same one came, first (``received_ms``) and last.

    ``payload`` is None in a list.
    """

    id: int
    topic: str
    agent: AgentId | None
    outbox: OutboxId | None
    sequence: int | None
    reason: str
    detail: str
    digest: str
    size: int
    received_ms: int
    last_ms: int
    times: int
    payload: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How full the quarantine is. ``dropped`` counts entries that made room for newer ones."""

    rows: int
    bytes: int
    dropped: int
    by_reason: Mapping[str, int]


def keep(
    c: Connection,
    quarantined: Iterable[Quarantined],
    *,
    most_rows: int = MOST_ROWS,
    most_bytes: int = MOST_BYTES,
) -> None:
    """Keep messages, each once however often it comes, dropping the oldest entries above the bounds."""
    rows = [_row(message) for message in quarantined]
    if not rows:
        return
    statement = inserting(c, QUARANTINED)
    c.execute(
        statement.on_conflict_do_update(
            index_elements=["topic", "digest", "reason"],
            set_={"times": QUARANTINED.c.times + 1, "last_ms": statement.excluded.last_ms},
        ),
        rows,
    )
    _make_room(c, most_rows, most_bytes)


def entries(c: Connection, limit: int, before_id: int | None = None) -> list[Entry]:
    """List at most ``limit`` entries, newest first, from before an id, without their payloads."""
    columns = [column for column in QUARANTINED.c if column.name not in {"payload", "held"}]
    question = select(*columns).order_by(QUARANTINED.c.id.desc()).limit(limit)
    if before_id is not None:
        question = question.where(QUARANTINED.c.id < before_id)
    return [Entry(**row) for row in c.execute(question).mappings()]


def entry(c: Connection, id_: int) -> Entry:
    """Read one entry with its payload; raises ``NotFound``."""
    columns = [column for column in QUARANTINED.c if column.name != "held"]
    row = c.execute(select(*columns).where(QUARANTINED.c.id == id_)).mappings().first()
    if row is None:
        raise NotFound(
            f"Nothing in quarantine has the number {id_}: it may have made room for newer entries."
        )
    return Entry(**row)


def forget(c: Connection, id_: int) -> None:
    """Forget an entry: what it holds is stored by now."""
    c.execute(delete(QUARANTINED).where(QUARANTINED.c.id == id_))


def of_reason(c: Connection, reason: str) -> list[Entry]:
    """List the entries refused for a reason, oldest first, without their payloads."""
    columns = [column for column in QUARANTINED.c if column.name not in {"payload", "held"}]
    question = select(*columns).where(QUARANTINED.c.reason == reason).order_by(QUARANTINED.c.id)
    return [Entry(**row) for row in c.execute(question).mappings()]


def totals(c: Connection) -> Totals:
    """Say how full the quarantine is, and of what."""
    question = select(QUARANTINED.c.reason, func.count(), _HELD).group_by(QUARANTINED.c.reason)
    found = c.execute(question).all()
    return Totals(
        rows=sum(number for _, number, _ in found),
        bytes=sum(size for _, _, size in found),
        dropped=counters.value(c, _DROPPED),
        by_reason={reason: number for reason, number, _ in found},
    )


def _make_room(c: Connection, most_rows: int, most_bytes: int) -> None:
    rows, size = c.execute(select(func.count(), _HELD).select_from(QUARANTINED)).one()
    if rows <= most_rows and size <= most_bytes:
        return
    leaving: list[int] = []
    everything = select(QUARANTINED.c.id, QUARANTINED.c.held).order_by(QUARANTINED.c.id)
    with c.execute(everything.execution_options(yield_per=100)) as oldest_first:
        for id_, held in oldest_first:
            if rows - len(leaving) <= most_rows and size <= most_bytes:
                break
            leaving.append(id_)
            size -= held
    c.execute(delete(QUARANTINED).where(QUARANTINED.c.id <= leaving[-1]))
    counters.add(c, _DROPPED, len(leaving))


def _row(message: Quarantined) -> dict[str, object]:
    payload = message.payload[:KEPT_BYTES]
    return {
        "topic": _storable(message.topic),
        "agent": message.agent,
        "outbox": message.outbox,
        "sequence": message.sequence,
        "reason": message.reason,
        "detail": _storable(message.detail),
        "digest": message.digest,
        "size": message.size,
        "payload": payload,
        "held": len(payload),
        "received_ms": message.received_ms,
        "last_ms": message.received_ms,
        "times": 1,
    }


def _storable(text: str) -> str:
    # No database stores half a surrogate pair, and PostgreSQL no NUL: hostile bytes must not stop a batch.
    return text[:KEPT_CHARACTERS].encode(errors="backslashreplace").decode().replace("\0", "\\0")
