"""What have tests cost, and may another be paid for? Written down before it is spent.

A small database beside the outbox, so that neither a kill nor a power cut makes a test free: what one may
cost at most is charged, on the disk, before it begins, and put right by the kernel's count when it has ended.
Each target has an account of its own: a test of the Wi-Fi costs the line nothing.
What else is remembered stands there too: how far the slots are dealt with, and how quiet the line is.
"""

import contextlib
import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from roomreach.desired import Share
from roomreach.errors import Unavailable

DAY_MS = 86_400_000

log = logging.getLogger(__name__)

# What a damaged account counts as: of any target, and more than any budget and any share.
_ANY_TARGET, _EVERYTHING = "", 2**53

_TABLES = """
    CREATE TABLE IF NOT EXISTS spent (
      id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, bytes INTEGER NOT NULL, settled INTEGER NOT NULL,
      target TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS dealt (
      one INTEGER PRIMARY KEY CHECK (one = 1), until_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS quiet (hour INTEGER PRIMARY KEY, ms REAL NOT NULL) STRICT;
"""


class Charge(NamedTuple):
    """A test that is paid for: its row, and the most that it may cost."""

    row: int
    most_bytes: int


class Spending:
    """The accounts of one agent. Any thread may call any method; each raises ``Unavailable`` for a bad disk.

    ``budget_bytes`` is what the tests of one target may cost in any 24 hours; a damaged file counts as all of
    it spent, and of every share.
    """

    def __init__(self, path: Path, *, budget_bytes: int) -> None:
        self._path, self.budget_bytes = path, budget_bytes
        self._lock = threading.Lock()
        self._sound = self._spoilt = False

    def charge(
        self, target: str, most: int, *, least: int, now_ms: int, share: Share | None = None
    ) -> Charge | None:
        """Charge a test before it begins, at most what is left; None when not even ``least`` is.

        What is left is the smaller of two: of the budget, and of the share that the server gave, if it did.
        """
        with self._writing(now_ms) as db:
            db.execute("DELETE FROM spent WHERE at_ms <= ?", (now_ms - 2 * DAY_MS,))
            # What bears a time to come was spent before the clock was put back: it counts.
            left = self.budget_bytes - _spent(db, target, now_ms - DAY_MS)
            if share is not None:
                left = min(left, share.most_bytes - _spent(db, target, share.from_ms - 1))
            granted = min(most, left)
            if granted < least:
                return None
            row = db.execute(
                "INSERT INTO spent (at_ms, bytes, settled, target) VALUES (?, ?, 0, ?)",
                (now_ms, granted, target),
            ).lastrowid
        return Charge(row or 0, granted)

    def settle(self, charge: Charge, passed: int | None) -> None:
        """Put right what an ended test has cost; where nobody counted, what it might have stays charged."""
        with self._writing() as db:
            db.execute(
                "UPDATE spent SET settled = 1, bytes = coalesce(?, bytes) WHERE id = ?", (passed, charge.row)
            )

    def spent(self, target: str, now_ms: int) -> int:
        """Give what the tests of one target have cost in the last 24 hours, bytes."""
        with self._writing(now_ms) as db:
            return _spent(db, target, now_ms - DAY_MS)

    def interrupted(self) -> list[str]:
        """Name the targets of tests that never ended, each once; what they might have cost stays charged.

        Only for whoever holds ``exclusive``: no test is under way then.
        """
        with self._writing() as db:
            found = [target for (target,) in db.execute("SELECT target FROM spent WHERE settled = 0")]
            db.execute("UPDATE spent SET settled = 1")
        return found

    def dealt_until_ms(self, otherwise: int) -> int:
        """Give the start of the last slot that was dealt with; at the very first, ``otherwise``."""
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO dealt VALUES (1, ?)", (otherwise,))
            (until_ms,) = db.execute("SELECT until_ms FROM dealt").fetchone()
        return int(until_ms)

    def deal(self, until_ms: int) -> None:
        """Write down that the slots up to this start are dealt with, before anything is done about them."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO dealt VALUES (1, ?)", (until_ms,))

    def quiet_hours(self) -> Mapping[int, float]:
        """Give the lowest round trip of each hour (since 1970), ms; none where the disk does not say."""
        with contextlib.suppress(Unavailable), self._writing() as db:
            return dict(db.execute("SELECT hour, ms FROM quiet").fetchall())
        return {}

    def keep_quiet_hour(self, hour: int, ms: float, *, forget_before: int) -> None:
        """Remember the lowest round trip of an hour."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO quiet VALUES (?, ?)", (hour, ms))
            db.execute("DELETE FROM quiet WHERE hour <= ?", (forget_before,))

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[bool]:
        """Be the one who tests, on this machine, from this account; gives False when another process is."""
        with contextlib.ExitStack() as held:
            try:
                lock = held.enter_context(self._path.with_name(f"{self._path.name}.lock").open("ab"))
                _give_to_the_agent(Path(lock.name))
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            except OSError as exc:
                raise Unavailable(f"the account of tests cannot be locked: {exc.strerror}") from exc
            yield True

    @contextlib.contextmanager
    def _writing(self, now_ms: int | None = None) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with contextlib.closing(self._opened()) as db, db:
                    if self._spoilt and now_ms is not None:
                        db.execute(
                            "INSERT INTO spent (at_ms, bytes, settled, target) VALUES (?, ?, 1, ?)",
                            (now_ms, _EVERYTHING, _ANY_TARGET),
                        )
                        self._spoilt = False
                    yield db
            except sqlite3.Error as exc:
                # Whatever it was, the next who opens it looks whether it is whole.
                self._sound = False
                raise Unavailable(f"the account of tests cannot be written: {type(exc).__name__}") from exc

    def _opened(self) -> sqlite3.Connection:
        try:
            db = self._connected()
            if not self._sound:
                with _closed_on_error(db):
                    _look_through(db)
                self._sound = True
            return db  # noqa: TRY300 - what follows is for damage alone
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            # No account any more: it begins anew, with nothing left to spend.
            log.warning("the account of tests was damaged: it begins anew, and counts as spent for a day")
            self._path.unlink(missing_ok=True)
            self._path.with_name(f"{self._path.name}-journal").unlink(missing_ok=True)
            self._spoilt = True
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=5)
        with _closed_on_error(db):
            db.execute("PRAGMA synchronous = FULL")
            db.executescript(_TABLES)
            _give_to_the_agent(self._path)
        return db


@contextlib.contextmanager
def _closed_on_error(db: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error:
        db.close()
        raise


def _look_through(db: sqlite3.Connection) -> None:
    """Raise ``DatabaseError`` when any page of the file is not what it should be."""
    (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def _give_to_the_agent(path: Path) -> None:
    """Let the agent, whose folder it is, write what a person made with root's rights before it."""
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            folder = path.parent.stat()
            os.chown(path, folder.st_uid, folder.st_gid)


def _spent(db: sqlite3.Connection, target: str, after_ms: int) -> int:
    (total,) = db.execute(
        "SELECT coalesce(sum(bytes), 0) FROM spent WHERE at_ms > ? AND target IN (?, ?)",
        (after_ms, target, _ANY_TARGET),
    ).fetchone()
    return int(total)
