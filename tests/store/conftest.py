"""Fresh records for each test that asks for some, in every database that can keep them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from postgres import PostgreSQL
from roomreach_store.records import Records


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/records.db"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_schema()


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    with closing(Records.open(url)) as opened:
        yield opened
