"""The records open once and whole, keep their promises under threads and processes, and say what is wrong."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from roomreach.errors import Conflict, Misconfigured, NotFound, Unavailable
from roomreach.identifiers import AgentId, ProviderId, SiteId
from roomreach.places import Agent, Category, Provider, Site
from roomreach_store.records import Records, counters, migrating, places
from roomreach_store.records.engine import WRITES
from roomreach_store.records.schema import METADATA


@contextmanager
def opened(path: Path) -> Iterator[Records]:
    with closing(Records.open(f"sqlite:///{path}")) as records:
        yield records


SITE = Site(
    id=SiteId("s-aaaaaa"),
    provider=ProviderId("p-cccccc"),
    host="E09000012",
    name="Manor House",
    category=Category.HOSTEL,
)


def provider(letter: str = "a") -> Provider:
    return Provider(id=ProviderId(f"p-{letter * 6}"), name="Trust")


ADD = {Provider: places.add_provider, Site: places.add_site, Agent: places.add_agent}


def enter(records: Records, *things: Any) -> None:
    """Record all of them in one transaction."""
    with records.transaction() as c:
        for thing in things:
            ADD[type(thing)](c, thing)


def test_an_empty_file_comes_to_have_exactly_the_tables_of_the_schema(records: Records) -> None:
    with records.reading() as c:
        assert compare_metadata(MigrationContext.configure(c), METADATA) == []


def test_a_difference_between_schema_and_migrations_would_be_found(records: Records) -> None:
    with records.transaction() as c:
        c.execute(text("ALTER TABLE agents ADD COLUMN colour TEXT"))
    with records.reading() as c:
        assert compare_metadata(MigrationContext.configure(c), METADATA)


def test_every_revision_can_be_undone(tmp_path: Path) -> None:
    with opened(tmp_path / "r.db") as records:
        with records._engine.connect().execution_options(**WRITES) as c, c.begin():
            command.downgrade(migrating.config(c), "base")
        with records.reading() as c:
            tables = set(c.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
            assert tables <= {"alembic_version", "sqlite_sequence"}
    with opened(tmp_path / "r.db") as records, records.reading() as c:
        assert compare_metadata(MigrationContext.configure(c), METADATA) == []


def test_processes_that_open_the_same_new_file_at_once_all_succeed(tmp_path: Path) -> None:
    code = """
import sys
from roomreach.places import Agent
from roomreach_store.records import Records, places
sys.stdin.readline()
records = Records.open(sys.argv[1])
with records.transaction() as c:
    places.add_agent(c, Agent(id=sys.argv[2]))
"""
    url = f"sqlite:///{tmp_path}/r.db"
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", code, url, f"a-opener{number}"],
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
    with opened(tmp_path / "r.db") as records, records.reading() as c:
        assert len(places.register(c).agents) == 3


def test_records_of_a_newer_version_are_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "r.db") as records, records.transaction() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Misconfigured, match="newer roomreach"):
        Records.open(f"sqlite:///{tmp_path}/r.db")


def test_what_is_committed_is_on_disk_and_what_fails_is_not_there_at_all(records: Records) -> None:
    with records.transaction() as c:
        assert c.scalar(text("PRAGMA journal_mode")) == "wal"
        assert c.scalar(text("PRAGMA synchronous")) == 2
        assert c.scalar(text("PRAGMA foreign_keys")) == 1
        places.add_provider(c, provider("a"))
    with pytest.raises(NotFound, match="p-cccccc"):
        enter(records, provider("b"), SITE)
    with records.reading() as c:
        assert list(places.register(c).providers) == ["p-aaaaaa"]
        assert places.version(c) == 1


def test_a_contradiction_that_the_database_finds_is_a_conflict(records: Records) -> None:
    with pytest.raises(Conflict, match="contradicts what is recorded"), records.transaction() as c:
        c.execute(text("INSERT INTO buildings VALUES ('b-aaaaaa', 's-nowhere', 'Main')"))


def test_a_reader_sees_one_state_while_others_write(records: Records) -> None:
    with records.reading() as reader:
        assert places.version(reader) == 0
        with records.transaction() as writer:
            places.add_provider(writer, provider())
        assert places.version(reader) == 0
    with records.reading() as reader:
        assert places.version(reader) == 1


def test_writers_in_many_threads_wait_for_each_other_and_none_is_lost(records: Records) -> None:
    failed: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(20):
                with records.transaction() as c:
                    before = counters.value(c, "tests")
                    counters.add(c, "tests", 1)
                    assert counters.value(c, "tests") == before + 1
        except BaseException as exc:  # noqa: BLE001 - the test's own thread tells of it
            failed.append(exc)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with records.reading() as c:
        assert counters.value(c, "tests") == 160


def test_another_process_that_does_not_stop_writing_is_unavailable(tmp_path: Path) -> None:
    with opened(tmp_path / "r.db") as records, closing(sqlite3.connect(tmp_path / "r.db")) as other:
        with records.transaction() as c:
            c.execute(text("PRAGMA busy_timeout = 50"))  # the pool gives this very connection again
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="another process has been writing"), records.transaction():
            pytest.fail("two writers at once")
        other.rollback()
        with records.transaction() as c:
            places.add_provider(c, provider())


def test_a_full_disk_is_unavailable_and_the_records_stay_usable(records: Records) -> None:
    with records.transaction() as c:
        pages = c.scalar(text("PRAGMA page_count"))
        c.execute(text(f"PRAGMA max_page_count = {pages}"))  # SQLite answers as on a full disk
    with pytest.raises(Unavailable, match="disk is full"):
        enter(records, *(Agent(id=AgentId(f"a-{number:06d}")) for number in range(10_000)))
    with records.transaction() as c:
        assert places.register(c).agents == {}
        c.execute(text("PRAGMA max_page_count = 100000"))
        places.add_provider(c, provider())


def test_records_that_may_only_be_read_are_unavailable_to_writers(tmp_path: Path) -> None:
    with opened(tmp_path / "r.db"):
        pass
    with closing(Records.open(f"sqlite:///file:{tmp_path}/r.db?mode=ro&uri=true")) as records:
        with pytest.raises(Unavailable, match="read only"):
            enter(records, provider())
        with records.reading() as c:
            assert places.version(c) == 0


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "cannot be opened"),
        ("records.db", "cannot be opened"),
        ("oracle://x/y", "cannot be opened"),
        ("nosuch://x/y", "cannot be opened"),
        ("sqlite://", "would be lost"),
        ("sqlite:///:memory:", "would be lost"),
        ("sqlite:////nowhere/at/all/records.db", "folder exists"),
    ],
)
def test_an_address_that_cannot_be_opened_is_misconfigured(url: str, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        Records.open(url)


def test_a_file_that_is_no_database_is_misconfigured_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    path.write_bytes(b"no database " * 1_000)
    with pytest.raises(Misconfigured, match="no SQLite database"):
        Records.open(f"sqlite:///{path}")
    assert path.read_bytes() == b"no database " * 1_000


def test_a_killed_writer_leaves_what_it_committed_and_nothing_of_what_it_had_not(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from roomreach.places import Agent
from roomreach_store.records import Records, places
records = Records.open(sys.argv[1])
for number in range(3):
    with records.transaction() as c:
        places.add_agent(c, Agent(id=f"a-{number:06d}"))
with records.transaction() as c:
    places.add_agent(c, Agent(id="a-999999"))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run(
        [sys.executable, "-c", code, f"sqlite:///{tmp_path}/r.db"], check=False, env=dict(os.environ)
    )
    assert killed.returncode == -9
    with opened(tmp_path / "r.db") as records, records.reading() as c:
        assert sorted(places.register(c).agents) == ["a-000000", "a-000001", "a-000002"]
