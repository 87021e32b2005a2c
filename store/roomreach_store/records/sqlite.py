"""What SQLite needs to be a database for several threads and processes, and what its errors mean."""

import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DataError, DBAPIError, ProgrammingError

from roomreach.errors import Misconfigured, RoomreachError, Unavailable

BUSY_S = 5
"""How long a writer waits for another one."""

_ANSWERS: dict[int, tuple[type[RoomreachError], str]] = {
    sqlite3.SQLITE_BUSY: (Unavailable, f"another process has been writing for {BUSY_S} s: try again"),
    sqlite3.SQLITE_LOCKED: (Unavailable, "another connection is using them: try again"),
    sqlite3.SQLITE_FULL: (Unavailable, "their disk is full: make room, then try again"),
    sqlite3.SQLITE_IOERR: (Unavailable, "their disk answers with errors: check it, then try again"),
    sqlite3.SQLITE_READONLY: (
        Unavailable,
        "they may be read only: let this user write the file and its folder",
    ),
    sqlite3.SQLITE_CORRUPT: (Misconfigured, "the file is damaged: restore it from a backup"),
    sqlite3.SQLITE_NOTADB: (
        Misconfigured,
        "the file is no SQLite database: name another, or restore a backup",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        Misconfigured,
        "the file cannot be opened or made: check that its folder exists and that this user may write there",
    ),
}


def engine(url: URL) -> Engine:
    """Make an engine whose transactions are real, whose commits are on disk, and whose writers queue."""
    if url.database in {None, "", ":memory:"}:
        raise Misconfigured(
            "Records in memory would be lost: name a file, as in sqlite:////var/lib/records.db."
        )
    made = create_engine(url, connect_args={"timeout": BUSY_S}, hide_parameters=True)
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", _begin)
    return made


def explained(error: DBAPIError, url: URL) -> RoomreachError | None:
    """Say in a sentence what an error means; None for a mistake of our own."""
    if isinstance(error, DataError | ProgrammingError):
        return None
    # An extended code's last byte is the plain one (https://sqlite.org/rescode.html).
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_ERROR:  # what it was told makes no sense, and waiting would never end
        return None
    kind, meaning = _ANSWERS.get(code, (Unavailable, "SQLite cannot serve them: try again"))
    return kind(f"The records in {url.database} are not usable: {meaning} ({error.orig}).")


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own bookkeeping
    # The driver's own idea of when to begin is off: `_begin` does it.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A reader that turns writer half-way is refused at once when another wrote meanwhile, whatever the
    # busy timeout: so writers lock at the start, where they can wait.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
