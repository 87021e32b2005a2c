"""Numbers that only rise, by name."""

from sqlalchemy import Connection, select

from roomreach_store.records.dialect import inserting
from roomreach_store.records.schema import COUNTERS


def value(c: Connection, name: str) -> int:
    """Read a counter; one that never rose is 0."""
    return c.scalar(select(COUNTERS.c.value).where(COUNTERS.c.name == name)) or 0


def add(c: Connection, name: str, number: int) -> None:
    """Raise a counter."""
    statement = inserting(c, COUNTERS).values(name=name, value=number)
    c.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"value": COUNTERS.c.value + statement.excluded.value}
        )
    )
