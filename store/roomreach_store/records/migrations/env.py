"""Alembic runs this for every command: on the connection, and in the transaction, that it was handed."""

from alembic import context

from roomreach_store.records.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite changes a table by making a new one; Alembic's batches do that.
    render_as_batch=True,
)
context.run_migrations()
