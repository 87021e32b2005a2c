"""Records in SQLite: files, and what happens to them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from roomreach.errors import Misconfigured, Unavailable
from roomreach.identifiers import AgentId, ProviderId
from roomreach.places import Agent, Provider
from roomreach_store.records import Records, places

PROVIDER = Provider(id=ProviderId("p-aaaaaa"), name="Trust")


@contextmanager
def opened(path: Path) -> Iterator[Records]:
    with closing(Records.open(f"sqlite:///{path}")) as records:
        yield records


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with opened(tmp_path / "records.db") as opened_:
        yield opened_


def add_agents(records: Records, number: int) -> None:
    with records.transaction() as c:
        for n in range(number):
            places.add_agent(c, Agent(id=AgentId(f"a-{n:06d}")))


def test_what_is_committed_is_on_disk(records: Records) -> None:
    with records.transaction() as c:
        assert c.scalar(text("PRAGMA journal_mode")) == "wal"
        assert c.scalar(text("PRAGMA synchronous")) == 2
        assert c.scalar(text("PRAGMA foreign_keys")) == 1


def test_another_process_that_does_not_stop_writing_is_unavailable(tmp_path: Path) -> None:
    with opened(tmp_path / "r.db") as records, closing(sqlite3.connect(tmp_path / "r.db")) as other:
        with records.transaction() as c:
            c.execute(text("PRAGMA busy_timeout = 50"))  # the pool gives this very connection again
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="another process has been writing"), records.transaction():
            pytest.fail("two writers at once")
        other.rollback()
        with records.transaction() as c:
            places.add_provider(c, PROVIDER)


def test_a_full_disk_is_unavailable_and_the_records_stay_usable(records: Records) -> None:
    with records.transaction() as c:
        pages = c.scalar(text("PRAGMA page_count"))
        c.execute(text(f"PRAGMA max_page_count = {pages}"))  # SQLite answers as on a full disk
    with pytest.raises(Unavailable, match="disk is full"):
        add_agents(records, 10_000)
    with records.transaction() as c:
        assert places.register(c).agents == {}
        c.execute(text("PRAGMA max_page_count = 100000"))
        places.add_provider(c, PROVIDER)


def test_records_that_may_only_be_read_are_unavailable_to_writers(tmp_path: Path) -> None:
    with opened(tmp_path / "r.db"):
        pass
    with closing(Records.open(f"sqlite:///file:{tmp_path}/r.db?mode=ro&uri=true")) as records:
        with pytest.raises(Unavailable, match="read only"), records.transaction() as c:
            places.add_provider(c, PROVIDER)
        with records.reading() as c:
            assert places.version(c) == 0


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "cannot be opened"),
        ("records.db", "cannot be opened"),
        ("oracle://x/y", "cannot be opened"),
        ("nosuch://x/y", "cannot be opened"),
        ("sqlite+nosuch:///r.db", "cannot be opened"),
        ("postgresql://me:hidden@host:port/x", "cannot be opened"),
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
