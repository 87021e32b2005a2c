"""The file under the outbox: is it sound, can it be written, and what becomes of it when it is not?

SQLite in WAL with synchronous=FULL: what is committed survives a power cut on honest media. The file is held
in exclusive mode, so that one outbox has one agent, and so that no shared memory is mapped on a full disk.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from roomreach.errors import RoomreachError, Unavailable
from roomreach.identifiers import OutboxId

VERSION = 1
SET_ASIDE_KEPT = 2
_FREE_PAGES_KEPT = 1024

_TABLES = (
    """CREATE TABLE outbox (
         id TEXT NOT NULL,                    -- the outbox's name on the wire, minted once
         next INTEGER NOT NULL DEFAULT 1,     -- the sequence of the next report
         dropped INTEGER NOT NULL DEFAULT 0,  -- reports dropped for want of space, or for age
         stored INTEGER NOT NULL DEFAULT 0,   -- reports a collector said it has stored
         refused INTEGER NOT NULL DEFAULT 0,  -- reports a collector said it never will
         boot TEXT NOT NULL DEFAULT '',       -- the boot of the newest report ...
         since_ms INTEGER NOT NULL DEFAULT 0  -- ... and when, in that boot, its first report was taken
       ) STRICT""",
    """CREATE TABLE report (
         sequence INTEGER PRIMARY KEY,
         state TEXT NOT NULL,                 -- draft: not dated yet; dated, undated: the bytes are final
         boot TEXT NOT NULL,
         boot_ms INTEGER NOT NULL,
         taken_ms INTEGER NOT NULL,
         payload BLOB NOT NULL
       ) STRICT""",
    "CREATE INDEX draft ON report (sequence) WHERE state = 'draft'",
    """CREATE TABLE issued (                   -- every time given to a report lately: none is given twice
         taken_ms INTEGER PRIMARY KEY,
         sequence INTEGER NOT NULL
       ) STRICT""",
    f"PRAGMA user_version = {VERSION}",
)

_PRAGMAS = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA page_size = 1024",  # a report touches four pages: small ones halve what a memory card has to bear
    "PRAGMA auto_vacuum = INCREMENTAL",  # before anything else is written, or it has no effect
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 1000",
    "PRAGMA journal_size_limit = 1048576",
)

_CANNOT_JUST_NOW = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the file or its disk is read-only",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk does not take what is written",
    sqlite3.SQLITE_PERM: "the file may not be opened",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
}
# A disk that cannot give back what was written will not do better next time.
_UNREADABLE = {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}


class Held(Unavailable):
    """Another process has the file open."""


class Damaged(RoomreachError):
    """The file is no outbox, or no longer one: set it aside and start anew."""


class OutboxFile:
    """One open file. Every method raises ``Unavailable`` (later, perhaps) or ``Damaged`` (never again)."""

    def __init__(self, path: Path, mint: Callable[[], str]) -> None:
        with translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2)
        try:
            with translated():
                self._prepare(mint)
        except RoomreachError:
            self.close()
            raise

    def close(self) -> None:
        """Close it; what is committed stays, whatever closing says."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read what is committed."""
        with translated():
            yield self._db

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write all of it or nothing: committed and on the disk when this ends without an error."""
        with translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk may have rolled it back by itself
                    self._db.execute("ROLLBACK")
                raise

    def shrink(self) -> None:
        """Give a little free space back to the disk, when there is a lot: after a backlog has drained."""
        with translated():
            (free,) = self._db.execute("PRAGMA freelist_count").fetchone()
            if free > _FREE_PAGES_KEPT:
                # SQLite frees one page a step, and execute() takes one step of what returns no rows.
                self._db.executescript("PRAGMA incremental_vacuum(256)")

    def _prepare(self, mint: Callable[[], str]) -> None:
        for pragma in _PRAGMAS:
            self._db.execute(pragma).fetchall()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if not self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            # In one transaction: a kill here leaves an empty file, which is made an outbox next time.
            with self.writing() as db:
                for statement in _TABLES:
                    db.execute(statement)
                db.execute("INSERT INTO outbox (id) VALUES (?)", (mint(),))
        elif version != VERSION:
            raise Damaged(f"the file is no outbox of version {VERSION}")
        (verdict,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        names = self._db.execute("SELECT id FROM outbox").fetchall()
        if verdict != "ok" or len(names) != 1:
            raise Damaged("the file fails its check")
        self.id = OutboxId(names[0][0])


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Tell what may pass by itself from what never will."""
    try:
        yield
    except sqlite3.Error as exc:
        code = getattr(exc, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        if code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise Held("another process holds the file") from exc
        if code & 0xFF in _CANNOT_JUST_NOW and code not in _UNREADABLE:
            raise Unavailable(_CANNOT_JUST_NOW[code & 0xFF]) from exc
        raise Damaged(f"SQLite says {getattr(exc, 'sqlite_errorname', type(exc).__name__)}") from exc
    except OSError as exc:
        raise Unavailable(f"the file cannot be reached: {exc.strerror}") from exc


def set_aside(path: Path, now_ms: int) -> None:
    """Put a damaged file out of the way, for whoever wants to look at it; keep the newest few."""
    stamp = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%S")
    with translated():
        aside = path.with_name(f"{path.name}.damaged-{stamp}")
        while aside.exists():
            aside = aside.with_name(aside.name + "x")
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
        with contextlib.suppress(FileNotFoundError):
            path.rename(aside)
        kept = sorted(path.parent.glob(f"{path.name}.damaged-*"), key=lambda found: found.stat().st_mtime)
        mains = [found for found in kept if not found.name.endswith(("-wal", "-shm"))]
        for old in mains[:-SET_ASIDE_KEPT]:
            for suffix in ("", "-wal", "-shm"):
                old.with_name(old.name + suffix).unlink(missing_ok=True)
