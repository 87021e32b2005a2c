"""The small worlds that the API is asked about."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from roomreach_store.records import Records
from roomreach_store.series import SeriesStore
from roomreach_store.series.memory import MemorySeries
from worlds import World


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[[], World]]:
    opened = []

    def make(series: SeriesStore | None = None) -> World:
        world = World(
            records=Records.open(f"sqlite:///{tmp_path}/records-{len(opened)}.db"),
            series=series or MemorySeries(),
        )
        opened.append(world)
        return world

    yield make
    for world in opened:
        world.close()


@pytest.fixture
def world(make_world: Callable[[], World]) -> World:
    """Nothing on record yet."""
    return make_world()


@pytest.fixture
def hostel(world: World) -> World:
    """One hostel: room 9 online, room 10 offline for half an hour, room 11 without an agent."""
    world.hostel()
    return world
