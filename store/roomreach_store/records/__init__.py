"""The records: what people enter and what the system must remember, in one SQL database.

The modules beside this file are plain functions that take a connection first. ``Records`` gives that
connection, inside a transaction:

    with records.transaction() as connection:
        places.add_room(connection, room)
"""

from roomreach_store.records.engine import Records

__all__ = ["Records"]
