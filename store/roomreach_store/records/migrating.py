"""How does a database come to have today's tables? By the revisions in ``migrations/``, in order."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from roomreach.errors import Misconfigured


class Newer(Misconfigured):
    """A newer roomreach has written this database."""


def to_head(connection: Connection) -> None:
    """Bring a database to today's tables, in one transaction that two processes cannot be in at once."""
    with connection.begin():
        try:
            command.upgrade(config(connection), "head")
        except CommandError as exc:
            raise Newer(
                f"The records cannot be migrated ({exc}): a newer roomreach has probably written them. "
                "Install that version again, or restore a backup."
            ) from exc


def config(connection: Connection) -> Config:
    """Tell Alembic where the revisions are, and which connection to use; there is no alembic.ini."""
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", "roomreach_store.records:migrations")
    return made
