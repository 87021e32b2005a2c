"""Is a hub's file whole, and who has it open?"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def damaged(file: Path) -> bool:
    """Whether a file is no sound SQLite database; one that is only busy is not called damaged."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
    except sqlite3.DatabaseError as exc:
        return getattr(exc, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def holder(refusal: str) -> int | None:
    """Read in DuckDB's refusal which process holds a file; None when that is not why it refused."""
    found = re.search(r"lock is held in .*\(PID (\d+)\)", refusal)
    return int(found[1]) if found else None
