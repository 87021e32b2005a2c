"""A collector without a broker, driven by hand: deliver, turn, look at the receipts."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import collecting
from collecting import Bench
from roomreach_store.records import Records


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with closing(Records.open(f"sqlite:///{tmp_path}/records.db")) as opened:
        collecting.place(opened)
        yield opened


@pytest.fixture
def bench(records: Records) -> Bench:
    """A collector whose one agent stands in the room."""
    collecting.install(records)
    return collecting.make_bench(records)


@pytest.fixture
def unplaced_bench(records: Records) -> Bench:
    """A collector whose one agent nobody has installed yet."""
    return collecting.make_bench(records)
