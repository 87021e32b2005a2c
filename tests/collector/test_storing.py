"""Points of several reports go out together; a fault is its own report's and nobody else's."""

import pytest

from collecting import NOW_MS, UnreliableSeries
from roomreach.errors import Unavailable
from roomreach.identifiers import AgentId, ProviderId, RoomId, SiteId
from roomreach.places import Role, Whereabouts
from roomreach.series import REPORT, Point
from roomreach_collector.faults import INTERNAL_ERROR
from roomreach_collector.storing import store

WHERE = Whereabouts(
    "E09000003",
    ProviderId("p-tests222"),
    SiteId("s-tests222"),
    RoomId("r-tests222"),
    AgentId("a-tests222"),
    Role.ROOM,
)


def a_point(number: int) -> Point:
    values = ("o-tests222", number) + (None,) * (len(REPORT.columns) - 2)
    return Point("report", WHERE, None, NOW_MS + number, values)


REPORTS = [[a_point(0), a_point(1)], [a_point(2)], [], [a_point(3), a_point(4), a_point(5)]]


@pytest.mark.parametrize(("number", "report"), [(0, 0), (1, 0), (2, 1), (3, 3), (5, 3)])
def test_a_refused_point_names_its_report(number: int, report: int) -> None:
    series = UnreliableSeries()
    series.refuses = lambda point: "planted" if point.taken_ms == NOW_MS + number else None
    assert store(series, REPORTS) == {report: "planted"}
    assert series.written == 5


def test_a_long_reason_is_cut() -> None:
    series = UnreliableSeries()
    series.refuses = lambda _: "why" * 1_000
    assert {len(reason) for reason in store(series, REPORTS).values()} == {200}


@pytest.mark.parametrize("number", range(6))
def test_a_report_that_breaks_the_writer_is_found_by_halves(number: int) -> None:
    series = UnreliableSeries()
    series.breaks = lambda point: point.taken_ms == NOW_MS + number
    (fault,) = store(series, REPORTS).items()
    assert any(point == a_point(number) for point in REPORTS[fault[0]])
    assert fault[1] == INTERNAL_ERROR


def test_a_writer_that_breaks_on_everything_is_no_report_s_fault() -> None:
    series = UnreliableSeries()
    series.breaks = lambda _: True
    with pytest.raises(ValueError, match="planted"):
        store(series, [REPORTS[0], REPORTS[1]])


def test_a_store_that_is_away_is_said_to_be() -> None:
    series = UnreliableSeries()
    series.failing, series.failures_left = Unavailable("planted"), 1
    with pytest.raises(Unavailable):
        store(series, REPORTS)


def test_nothing_is_not_written() -> None:
    series = UnreliableSeries()
    series.failing, series.failures_left = Unavailable("planted"), 1
    assert store(series, []) == {}
