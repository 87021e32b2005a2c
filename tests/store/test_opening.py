"""An address names a store, or says what is wrong with it."""

from contextlib import closing
from pathlib import Path

import pytest

from roomreach.errors import Misconfigured
from roomreach_store.series.duckdb import DuckSeries
from roomreach_store.series.influx import InfluxSeries
from roomreach_store.series.memory import MemorySeries
from roomreach_store.series.opening import open_series

KEY = "read-and-write"


def test_each_scheme_opens_its_store(tmp_path: Path) -> None:
    urls = {
        "memory:": MemorySeries,
        f"duckdb:///{tmp_path}/s.duckdb": DuckSeries,
        "influxdb+http://127.0.0.1:8086/roomreach?org=borough": InfluxSeries,
        "influxdb+https://influx.example/roomreach": InfluxSeries,
    }
    for url, kind in urls.items():
        with closing(open_series(url, token=KEY)) as store:
            assert isinstance(store, kind)
    assert (tmp_path / "s.duckdb").exists()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "series.duckdb",
        "sqlite:////tmp/x.db",
        "duckdb:",
        "duckdb://host/x.duckdb",
        "influxdb+http://",
        "influxdb+http://127.0.0.1:8086",
        "influxdb+http://user:secret@127.0.0.1:8086/x",
        "influxdb+http://127.0.0.1:many/x",
        "influxdb+http://[::1/x",
    ],
)
def test_an_address_that_names_no_store_is_misconfigured(url: str) -> None:
    with pytest.raises(Misconfigured, match=r": |as in"):
        open_series(url)
