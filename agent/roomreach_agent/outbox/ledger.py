"""What stands in one sound outbox file: each report, its state, and what became of the others.

Every method is one transaction, and raises ``Unavailable`` or ``Damaged``.
"""

import sqlite3
from dataclasses import dataclass

from roomreach.errors import Malformed
from roomreach.identifiers import AgentId
from roomreach.measurement import Measurement
from roomreach.receipt import Receipt, Refusing
from roomreach.report import LATEST_MS, Key, Report
from roomreach.wire import digest
from roomreach_agent.clock import Instant
from roomreach_agent.gate import Trust
from roomreach_agent.outbox.drafts import dated, draft
from roomreach_agent.outbox.file import OutboxFile
from roomreach_agent.outbox.room import Room

_LARGEST_SEQUENCE = 2**53
_PAGE = 200
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What was measured in one round, and when the round began."""

    at: Instant
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A report as it travels."""

    key: Key
    payload: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """The sequences that a receipt let the outbox forget."""

    stored: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of the reports of one outbox. ``waiting`` includes ``drafts``, not ``in_memory``."""

    highest: int = 0
    waiting: int = 0
    drafts: int = 0
    dropped: int = 0
    stored: int = 0
    refused: int = 0
    in_memory: int = 0


class Ledger:
    """The reports of one agent in one file."""

    def __init__(self, file: OutboxFile, *, agent: AgentId, interval_s: int, room: Room) -> None:
        self._file, self._agent, self._interval_s, self._room = file, agent, interval_s, room
        self.id = file.id

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def waited_ms(self, now: Instant) -> int:
        """Give how long ago the first report of this boot was taken."""
        with self._file.reading() as db:
            boot, since_ms = db.execute("SELECT boot, since_ms FROM outbox").fetchone()
        return int(now.boot_ms - since_ms) if boot == now.boot else 0

    def keep(self, taken: Taken, *, now: Instant, trust: Trust, lost: int) -> Outgoing | None:
        """Write a report down, dated at once unless it must wait; ``lost`` more were dropped before it."""
        with self._file.writing() as db:
            sequence, dropped, boot, since_ms = db.execute(
                "SELECT next, dropped, boot, since_ms FROM outbox"
            ).fetchone()
            if boot != taken.at.boot:
                boot, since_ms = taken.at.boot, taken.at.boot_ms
            report = self._report(taken, sequence, dropped)
            payload = draft(report)
            dropped += lost + self._room.make(db, len(payload), now, trust)
            db.execute(
                "INSERT INTO report VALUES (?, 'draft', ?, ?, ?, ?)",
                (sequence, report.boot, report.boot_ms, report.taken_ms, payload),
            )
            db.execute(
                "UPDATE outbox SET next = ?, dropped = ?, boot = ?, since_ms = ?",
                (sequence + 1, dropped, boot, since_ms),
            )
            if trust is Trust.WAIT:
                return None
            return Outgoing(self._key(sequence), self._date(db, sequence, now, trust))

    def issue_page(self, now: Instant, trust: Trust) -> int:
        """Date the oldest drafts that need wait no longer; give how many, 0 when there are no more."""
        with self._file.reading() as db:
            rows = db.execute(
                "SELECT sequence FROM report WHERE state = 'draft' AND (? OR boot <> ?)"
                " ORDER BY sequence LIMIT ?",
                (trust is not Trust.WAIT, now.boot, _PAGE),
            ).fetchall()
        if not rows:
            return 0
        with self._file.writing() as db:
            for (sequence,) in rows:
                try:
                    self._date(db, sequence, now, trust)
                except Malformed:  # a draft of another version of this agent, which this one cannot read
                    db.execute("DELETE FROM report WHERE sequence = ?", (sequence,))
                    db.execute("UPDATE outbox SET dropped = dropped + 1")
        return len(rows)

    def oldest(self, limit: int) -> list[Key]:
        """Name the oldest reports whose bytes are made, oldest first."""
        with self._file.reading() as db:
            found = db.execute(
                "SELECT sequence FROM report WHERE state <> 'draft' ORDER BY sequence LIMIT ?", (limit,)
            )
            return [self._key(sequence) for (sequence,) in found]

    def payload(self, key: Key) -> bytes | None:
        """Read a report's final bytes; None when it is not here."""
        if key.outbox != self.id:
            return None
        with self._file.reading() as db:
            return _final(db, key.sequence)

    def forget(self, receipt: Receipt) -> Answered:
        """Delete what a receipt answers. A refusal of other bytes than ours is not about our report."""
        if receipt.outbox != self.id:
            return Answered()
        with self._file.writing() as db:
            stored = [
                sequence
                for first, last in receipt.stored
                for (sequence,) in db.execute(
                    "DELETE FROM report WHERE sequence BETWEEN ? AND ? AND state <> 'draft'"
                    " RETURNING sequence",
                    (max(first, 1), min(last, _LARGEST_SEQUENCE)),
                ).fetchall()
            ]
            refused = [one.sequence for one in receipt.refused if _forget_refused(db, one)]
            if stored or refused:
                db.execute(
                    "UPDATE outbox SET stored = stored + ?, refused = refused + ?",
                    (len(stored), len(refused)),
                )
        self._file.shrink()
        return Answered(tuple(stored), tuple(refused))

    def counts(self) -> Counts:
        """Count what became of the reports of this file."""
        with self._file.reading() as db:
            following, dropped, stored, refused, waiting, drafts = db.execute(
                "SELECT next, dropped, stored, refused, (SELECT count(*) FROM report),"
                " (SELECT count(*) FROM report WHERE state = 'draft') FROM outbox"
            ).fetchone()
        return Counts(
            highest=following - 1,
            waiting=waiting,
            drafts=drafts,
            dropped=dropped,
            stored=stored,
            refused=refused,
        )

    def _key(self, sequence: int) -> Key:
        return Key(self._agent, self.id, sequence)

    def _report(self, taken: Taken, sequence: int, dropped: int) -> Report:
        return Report(
            agent=self._agent,
            outbox=self.id,
            sequence=sequence,
            boot=taken.at.boot,
            boot_ms=taken.at.boot_ms,
            taken_ms=_within_bounds(taken.at.wall_ms),
            synchronised=False,
            highest=sequence,
            dropped=dropped,
            interval_s=self._interval_s,
            measurements=taken.measurements,
        )

    def _date(self, db: sqlite3.Connection, sequence: int, now: Instant, trust: Trust) -> bytes:
        """Make a draft's final bytes: dated by how long ago, since boot, it was taken, or as it stands."""
        boot, boot_ms, taken_ms, payload = db.execute(
            "SELECT boot, boot_ms, taken_ms, payload FROM report WHERE sequence = ?", (sequence,)
        ).fetchone()
        # The clock of an earlier boot had nobody to vouch for it, and nobody can any more.
        synchronised = trust is Trust.DATE and boot == now.boot
        if synchronised:
            taken_ms = _within_bounds(now.wall_ms - (now.boot_ms - boot_ms))
        while not db.execute("INSERT OR IGNORE INTO issued VALUES (?, ?)", (taken_ms, sequence)).rowcount:
            taken_ms += 1
        if sequence % 1_000 == 0:
            db.execute("DELETE FROM issued WHERE sequence <= ?", (sequence - self._room.most_times,))
        following, dropped = db.execute("SELECT next, dropped FROM outbox").fetchone()
        final = dated(
            payload, taken_ms=taken_ms, synchronised=synchronised, highest=following - 1, dropped=dropped
        )
        db.execute(
            "UPDATE report SET state = ?, taken_ms = ?, payload = ? WHERE sequence = ?",
            ("dated" if synchronised else "undated", taken_ms, final, sequence),
        )
        return final


def _within_bounds(ms: int) -> int:
    # A day is left for the milliseconds added lest a time be given twice.
    return min(max(ms, 0), LATEST_MS - _DAY_MS)


def _final(db: sqlite3.Connection, sequence: int) -> bytes | None:
    found = db.execute(
        "SELECT payload FROM report WHERE sequence = ? AND state <> 'draft'", (sequence,)
    ).fetchone()
    return bytes(found[0]) if found else None


def _forget_refused(db: sqlite3.Connection, one: Refusing) -> bool:
    if not 1 <= one.sequence <= _LARGEST_SEQUENCE:
        return False
    payload = _final(db, one.sequence)
    if payload is None or digest(payload) != one.digest:
        return False
    db.execute("DELETE FROM report WHERE sequence = ?", (one.sequence,))
    return True
