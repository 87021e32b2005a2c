"""A site's page and a room's page say the same whichever store holds the series."""

import uuid
from pathlib import Path

import pytest

from roomreach_store.series.opening import open_series
from two_weeks import SITE, TEN, two_weeks

ADDRESSES = (f"/sites/{SITE}", f"/rooms/{TEN}?days=1", f"/rooms/{TEN}?days=7", f"/rooms/{TEN}?days=28")


@pytest.fixture(params=["duckdb", "influxdb"])
def url(request, tmp_path: Path) -> str:
    if request.param == "duckdb":
        return f"duckdb:///{tmp_path}/series.duckdb"
    server = request.getfixturevalue("influxdb")
    return f"influxdb+http://127.0.0.1:{server.port}/test_{uuid.uuid4().hex}"


def test_pages_are_the_same_on_every_store(make_world, url: str) -> None:
    plain, other = make_world(), make_world(open_series(url))
    for world in (plain, other):
        two_weeks(world)
    for address in ADDRESSES:
        assert other.client.get(address).text == plain.client.get(address).text
