"""A new database comes to have today's tables, whichever it is and however many open it at once."""

import subprocess
import sys
from contextlib import closing

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, String, inspect, text

from roomreach.errors import Misconfigured
from roomreach.places import Line
from roomreach_store.records import Records, migrating, places
from roomreach_store.records.engine import WRITES
from roomreach_store.records.schema import METADATA

OPENS = """
import sys
from roomreach.places import Agent
from roomreach_store.records import Records, places
sys.stdin.readline()
records = Records.open(sys.argv[1])
with records.transaction() as c:
    places.add_agent(c, Agent(id=sys.argv[2]))
records.close()
"""


def differences(c: Connection) -> list[object]:
    """What a new migration would have to change."""
    return list(compare_metadata(MigrationContext.configure(c), METADATA))


def test_an_empty_database_comes_to_have_exactly_the_tables_of_the_schema(records: Records) -> None:
    with records.reading() as c:
        assert differences(c) == []


def test_a_difference_between_schema_and_migrations_would_be_found(records: Records) -> None:
    with records.transaction() as c:
        c.execute(text("ALTER TABLE agents ADD COLUMN colour TEXT"))
    with records.reading() as c:
        assert differences(c)


def test_every_text_is_ordered_by_code_point(records: Records) -> None:
    with records.reading() as c:
        for table in METADATA.sorted_tables:
            for column in inspect(c).get_columns(table.name):
                if isinstance(column["type"], String):
                    by_language = "C" if c.dialect.name == "postgresql" else None
                    assert column["type"].collation == by_language, f"{table.name}.{column['name']}"


def test_every_revision_can_be_undone(url: str) -> None:
    with closing(Records.open(url)) as records:
        with records._engine.connect().execution_options(**WRITES) as c, c.begin():
            command.downgrade(migrating.config(c), "base")
        with records.reading() as c:
            assert set(inspect(c).get_table_names()) <= {"alembic_version", "sqlite_sequence"}
    with closing(Records.open(url)) as records, records.reading() as c:
        assert differences(c) == []


def test_of_a_building_from_before_there_were_lines_nothing_is_known(url: str) -> None:
    with (
        closing(Records.open(url)) as records,
        records._engine.connect().execution_options(**WRITES) as c,
        c.begin(),
    ):
        command.downgrade(migrating.config(c), "0003")
        c.execute(text("INSERT INTO providers (id, name) VALUES ('p-222222', 'Trust')"))
        c.execute(
            text(
                "INSERT INTO sites (id, provider, host, name, category, withheld, trial)"
                " VALUES ('s-222222', 'p-222222', 'E09000012', 'Lodge', 'hostel', false, false)"
            )
        )
        c.execute(text("INSERT INTO buildings (id, site, name) VALUES ('b-222222', 's-222222', 'A')"))
    with closing(Records.open(url)) as records, records.reading() as c:
        (building,) = places.register(c).buildings.values()
    assert building.line == Line()


def test_processes_that_open_the_same_new_database_at_once_all_succeed(url: str) -> None:
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENS, url, f"a-opener{number}"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for opener in openers:
        assert opener.stdin
        opener.stdin.write("go\n")
        opener.stdin.flush()
    said = [opener.communicate(timeout=60)[1] for opener in openers]
    assert [opener.returncode for opener in openers] == [0, 0, 0], said
    with closing(Records.open(url)) as records, records.reading() as c:
        assert len(places.register(c).agents) == 3


def test_records_of_a_newer_version_are_left_alone(url: str) -> None:
    with closing(Records.open(url)) as records, records.transaction() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Misconfigured, match="newer roomreach"):
        Records.open(url)
