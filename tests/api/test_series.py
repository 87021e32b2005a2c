"""What was measured over time, as the API says it."""

from datetime import timedelta
from pathlib import Path

import pytest

from examples import MEASUREMENTS
from roomreach.measurement import Throughput
from roomreach.series import SERIES
from roomreach_store.series.duckdb import DuckSeries

SPEED = Throughput(target="server", engine="own", download_mbps=31.5, upload_mbps=6.0, confident=True)
LATENCY = "/api/v1/series/latency"


@pytest.fixture(params=["memory", "duckdb"])
def measured(request, make_world, tmp_path: Path):
    """One room measured every five minutes for the last hour, in each store that needs no server."""
    world = make_world(DuckSeries(tmp_path / "series.duckdb") if request.param == "duckdb" else None)
    block = world.site("s-bcdfghjkmn", "Stratford Lodge")
    world.agent("a-bcdfghjkm9", world.room(block, "r-bcdfghjkm9", "9"))
    for minutes in range(60, 0, -5):
        world.hears("a-bcdfghjkm9", timedelta(minutes=minutes), (*MEASUREMENTS, SPEED))
    return world


def test_every_report_is_given_with_its_columns_and_units(measured) -> None:
    said = measured.get(LATENCY, room="r-bcdfghjkm9", columns=["median_ms", "received"])
    assert (said["start"], said["end"]) == ("2026-11-21T14:05:00Z", "2026-11-22T14:05:00Z")
    assert said["columns"] == [
        {"name": "median_ms", "type": "float", "unit": "ms"},
        {"name": "received", "type": "int", "unit": "attempts"},
    ]
    hub = next(track for track in said["tracks"] if track["target"] == "hub")
    assert (hub["agent"], hub["room"], len(hub["rows"])) == ("a-bcdfghjkm9", "r-bcdfghjkm9", 12)
    assert hub["rows"][0] == {"at": "2026-11-22T13:05:00Z", "values": [11.0, 4]}


def test_windows_are_aggregated(measured) -> None:
    said = measured.get(
        LATENCY,
        agent="a-bcdfghjkm9",
        columns="received",
        every="30m",
        aggregate="count",
        start="2026-11-22T13:00:00Z",
    )
    assert (said["every_s"], said["aggregate"]) == (1800, "count")
    assert said["columns"] == [{"name": "received", "type": "int", "unit": ""}]
    hub = next(track for track in said["tracks"] if track["target"] == "hub")
    assert [(row["at"][11:16], row["values"]) for row in hub["rows"]] == [
        ("13:00", [5]),
        ("13:30", [6]),
        ("14:00", [1]),
    ]


@pytest.mark.parametrize("every", [None, "10m"])
def test_every_series_can_be_asked_without_naming_columns(measured, every: str | None) -> None:
    asked = {"room": "r-bcdfghjkm9"} | ({"every": every} if every else {})
    for kind in SERIES:
        said = measured.get(f"/api/v1/series/{kind}", **asked)
        assert said["tracks"], kind
        types = {column["type"] for column in said["columns"]}
        assert "str" in types if every is None else types == {"float"}


def test_a_start_alone_reads_up_to_now_and_at_most_31_days(measured) -> None:
    said = measured.get(LATENCY, room="r-bcdfghjkm9", start="2026-11-22T13:30:00+00:00")
    assert said["end"] == "2026-11-22T14:05:00Z"
    said = measured.get(LATENCY, room="r-bcdfghjkm9", start="2026-01-01T00:00:00Z")
    assert said["end"] == "2026-02-01T00:00:00Z"


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ({}, "Say whose measurements"),
        ({"room": "r-bcdfghjkm9", "columns": "colour"}, "no column 'colour'"),
        ({"room": "r-bcdfghjkm9", "aggregate": "max"}, "Say how long a window is"),
        ({"room": "r-bcdfghjkm9", "columns": "reason", "every": "5m"}, "There is no mean of reason"),
        ({"room": "r-bcdfghjkm9", "every": "32d"}, "at most 31 days"),
        ({"room": "r-bcdfghjkm9", "every": "0s"}, "query every"),
        ({"room": "r-bcdfghjkm9", "every": "5 minutes"}, "query every"),
        (
            {"room": "r-bcdfghjkm9", "start": "2026-11-22T13:00:00"},
            "a moment is written 2026-11-22T14:05:00Z",
        ),
        ({"room": "r-bcdfghjkm9", "start": "yesterday"}, "a moment is written"),
        ({"room": "r-bcdfghjkm9", "start": "1795348800"}, "a moment is written"),
        ({"room": "r-bcdfghjkm9", "start": "2026-13-22T13:00:00Z"}, "query start"),
        (
            {"room": "r-bcdfghjkm9", "start": "2026-11-22T13:00:00Z", "end": "2026-11-22T13:00:00Z"},
            "not before the end",
        ),
        (
            {"room": "r-bcdfghjkm9", "start": "2026-01-01T00:00:00Z", "end": "2026-03-01T00:00:00Z"},
            "at most 31 days",
        ),
        ({"room": "r-bcdfghjkm9", "end": "1969-01-01T00:00:00Z"}, "from 2020 on"),
        ({"room": "r-bcdfghjkm9", "end": "0001-01-01T00:00:00Z"}, "from 2020 on"),
        ({"room": "r-bcdfghjkm9", "start": "9999-12-31T23:00:00Z"}, "from 2020 on"),
        ({"room": "Room 9"}, "query room"),
        ({"room": "r-bcdfghjkm9", "aggregate": "median"}, "query aggregate"),
    ],
)
def test_a_question_without_an_answer_is_refused_in_words(hostel, asked, detail: str) -> None:
    problem = hostel.get(LATENCY, 422, **asked)
    assert detail in problem["detail"]
    assert problem["title"] == "Unprocessable Content"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/api/v1/series/weather", {"room": "r-bcdfghjkm9"}),
        (LATENCY, {"room": "r-zzzzzzzzzz"}),
        (LATENCY, {"agent": "a-zzzzzzzzzz"}),
        (LATENCY, {"room": "r-bcdfghjkm9", "agent": "a-zzzzzzzzzz"}),
    ],
)
def test_what_nobody_recorded_is_not_found(hostel, path: str, asked) -> None:
    assert hostel.get(path, 404, **asked)["title"] == "Not Found"


def test_a_site_is_asked_for_whole(measured) -> None:
    said = measured.get(LATENCY, site="s-bcdfghjkmn", columns="median_ms")
    assert {track["room"] for track in said["tracks"]} == {"r-bcdfghjkm9"}
    assert (
        measured.get(LATENCY, site="s-elsewhere2", status=404)["detail"] == "There is no site s-elsewhere2."
    )


def test_one_outcome_is_asked_for_alone(measured) -> None:
    said = measured.get(LATENCY, site="s-bcdfghjkmn", columns="outcome", outcome="not_measured")
    assert {track["target"] for track in said["tracks"]} == {"anchor_1"}
    assert measured.get(LATENCY, site="s-bcdfghjkmn", outcome="failed")["tracks"] == []
    refused = measured.get("/api/v1/series/report", 422, site="s-bcdfghjkmn", outcome="ok")
    assert "no column 'outcome'" in refused["detail"]
