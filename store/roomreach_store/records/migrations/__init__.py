"""The revisions of the records' tables, run by Alembic when the records are opened."""
