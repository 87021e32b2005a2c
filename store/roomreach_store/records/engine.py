"""How do we open the records, and what does a transaction promise?"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, Self

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from roomreach.errors import Conflict, Misconfigured, RoomreachError, Unavailable
from roomreach_store.records import migrating, postgresql, sqlite

WRITES = {"writes": True}
"""The execution option of a connection that is going to write: it waits for other writers at BEGIN."""


class Database(Protocol):
    """What we must know of a database to keep records in it."""

    def engine(self, url: URL, /) -> Engine:
        """Make an engine whose transactions keep our promises; raise ``Misconfigured``."""
        ...

    def explained(self, error: DBAPIError, url: URL, /) -> RoomreachError | None:
        """Say in a sentence what an error means; None when it is a mistake of our own."""
        ...


DATABASES: Mapping[str, Database] = {"sqlite": sqlite, "postgresql": postgresql}
"""The databases that records can be kept in, by the scheme of their addresses."""


class Records:
    """The records database. Safe to use from several threads, each in a transaction of its own."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine = engine
        self._database = database

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the records that a SQLAlchemy URL names, creating or migrating them as needed.

        Several processes may open the same new database at once. Raises ``Misconfigured`` when the URL names
        nothing that can be opened, ``Unavailable`` when the database is busy or out of room.
        """
        records = cls(*_engine(url))
        try:
            with records._translated(), records._engine.connect().execution_options(**WRITES) as connection:
                migrating.to_head(connection)
        except BaseException:
            records.close()
            raise
        return records

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Write: everything done with the connection is on disk when the block ends, or nothing is.

        Raises ``Conflict`` when the database finds a contradiction, and ``Unavailable`` when it cannot
        serve just now. Writers wait for each other, so do the slow work before.
        """
        with self._translated(), self._engine.connect().execution_options(**WRITES) as c, c.begin():
            yield c

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read one state of the records, whatever is written meanwhile. Raises ``Unavailable``."""
        with self._translated(), self._engine.connect() as c, c.begin():
            yield c

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as exc:
            raise Conflict(f"That contradicts what is recorded: {exc.orig}.") from exc
        except NoConnectionFree as exc:
            raise Unavailable("Every connection to the records is in use: try again.") from exc
        except DBAPIError as exc:
            explained = self._database.explained(exc, self._engine.url)
            if explained is None:
                raise  # our own mistake: nothing that waiting or an operator could mend
            raise explained from exc


def _engine(url: str) -> tuple[Engine, Database]:
    try:
        parsed = make_url(url)
        database = DATABASES[parsed.get_backend_name()]
        return database.engine(parsed), database
    except (ArgumentError, KeyError, ValueError):
        raise Misconfigured(
            "The records cannot be opened: give an address like sqlite:////var/lib/roomreach/records.db "
            "or postgresql://user:password@host/database."
        ) from None  # what was given may hold a password
