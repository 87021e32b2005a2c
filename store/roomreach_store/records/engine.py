"""How do we open the records, and what does a transaction promise?"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from roomreach.errors import Conflict, Misconfigured, Unavailable
from roomreach_store.records import migrating, sqlite

WRITES = {"writes": True}
"""The execution option of a connection that is going to write: SQLite locks at BEGIN for it."""


class Records:
    """The records database. Safe to use from several threads, each in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the records that a SQLAlchemy URL names, creating or migrating them as needed.

        Several processes may open the same new file at once. Raises ``Misconfigured`` when the URL names
        nothing that can be opened, ``Unavailable`` when the database is busy or out of room.
        """
        records = cls(_engine(url))
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
        except (DataError, ProgrammingError):
            raise  # our own mistake: nothing that waiting or an operator could mend
        except NoConnectionFree as exc:
            raise Unavailable("Every connection to the records is in use: try again.") from exc
        except DBAPIError as exc:
            raise sqlite.explained(exc, self._engine.url) or Unavailable(
                f"The records do not answer ({exc.orig}): try again."
            ) from exc


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return sqlite.engine(parsed)
        return create_engine(parsed, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ImportError) as exc:
        raise Misconfigured(
            f"The records cannot be opened: {exc}. Give an address like sqlite:////var/lib/roomreach/records.db."
        ) from exc
