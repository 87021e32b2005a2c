"""The series stores that the contract is held against, and questions to them."""

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from made_points import MINUTE, TEN
from newer_influxdb import ADDRESS, NewerInfluxDB
from roomreach_store.series import Question, SeriesStore, Track
from roomreach_store.series.opening import open_series

Opener = Callable[[], SeriesStore]

DAY = 24 * 60 * MINUTE
ON_DISK = ["duckdb", "influxdb", *(["influxdb 2"] if ADDRESS else [])]


def opener(kind: str, request: pytest.FixtureRequest, folder: Path) -> Opener:
    match kind:
        case "memory":
            url = "memory:"
        case "duckdb":
            url = f"duckdb:///{folder}/series.duckdb"
        case "influxdb 2":
            newer = NewerInfluxDB(ADDRESS)
            bucket = newer.new_bucket()
            return lambda: open_series(bucket, token=newer.token)
        case _:
            server = request.getfixturevalue("influxdb")
            url = f"influxdb+http://127.0.0.1:{server.port}/test_{uuid.uuid4().hex}"
    return lambda: open_series(url)


def ask(
    store: SeriesStore, series: str, *columns: str, start_ms: int = 0, end_ms: int = TEN + DAY, **more: Any
) -> list[Track]:
    return store.read(Question(series=series, columns=columns, start_ms=start_ms, end_ms=end_ms, **more))


def rows(tracks: Sequence[Track]) -> list[tuple[object, ...]]:
    return [(time_ms, *values) for track in tracks for time_ms, values in track.rows]
