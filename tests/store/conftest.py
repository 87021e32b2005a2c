"""Fresh records for each test that asks for some."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from roomreach_store.records import Records


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with closing(Records.open(f"sqlite:///{tmp_path}/records.db")) as opened:
        yield opened
