"""Every series store, from opening to closing."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from roomreach_store.series import SeriesStore
from series_stores import ON_DISK, Opener, opener


@pytest.fixture(params=["memory", *ON_DISK])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SeriesStore]:
    with closing(opener(request.param, request, tmp_path)()) as opened:
        yield opened


@pytest.fixture(params=ON_DISK)
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    return opener(request.param, request, tmp_path)
