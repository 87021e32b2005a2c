"""Where the databases we speak to differ: ``INSERT … ON CONFLICT``, which is not in standard SQL.

SQLite and PostgreSQL write it alike, so a new database is one line here.
"""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from roomreach.errors import Misconfigured

Inserting = sqlite.Insert | postgresql.Insert


def inserting(c: Connection, table: Table) -> Inserting:
    """Begin an INSERT that goes on with ``on_conflict_do_update`` or ``on_conflict_do_nothing``."""
    match c.dialect.name:
        case "sqlite":
            return sqlite.insert(table)
        case "postgresql":
            return postgresql.insert(table)
        case name:
            raise Misconfigured(f"The records cannot be kept in {name}: use SQLite or PostgreSQL.")
