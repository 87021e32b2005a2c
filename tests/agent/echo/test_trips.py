"""The figures of a run of questions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.measurement import Gateway, Method, Reason
from roomreach.shape import faults
from roomreach_agent.echo import Trips


def test_the_figures_are_lowest_median_nearest_rank_and_their_distance():
    trips = Trips(method=Method.ICMP, sent=5, times_ms=(30.0, 10.0, 20.0, 50.0, 40.0))
    assert Gateway(**trips.figures()) == Gateway(
        method=Method.ICMP, sent=5, received=5, min_ms=10.0, median_ms=30.0, p95_ms=50.0, spread_ms=40.0
    )


@pytest.mark.parametrize(("count", "rank"), [(1, 1), (5, 5), (19, 19), (20, 19), (21, 20), (40, 38)])
def test_the_95th_percentile_is_a_value_that_occurred(count, rank):
    trips = Trips(method=Method.TCP, sent=count, times_ms=tuple(float(n) for n in range(count, 0, -1)))
    assert trips.figures()["p95_ms"] == rank == math.ceil(0.95 * count)


def test_one_answer_of_five_is_an_answer():
    assert Trips(method=Method.ICMP, sent=5, times_ms=(9.0,)).reason is None


@pytest.mark.parametrize(("no_route", "reason"), [(False, Reason.NO_ANSWER), (True, Reason.NO_ROUTE)])
def test_without_an_answer_every_time_is_unknown_and_the_reason_is_told(no_route, reason):
    trips = Trips(method=Method.ICMP, sent=5, no_route=no_route)
    assert Gateway(**trips.figures()) == Gateway(reason=reason, method=Method.ICMP, sent=5, received=0)


@given(st.lists(st.floats(0, 3000), max_size=20))
def test_figures_are_always_within_their_bounds_and_in_order(times):
    figures = Trips(method=Method.ICMP, sent=20, times_ms=tuple(times)).figures()
    assert not faults(Gateway(**figures))
    if times:
        assert figures["min_ms"] <= figures["median_ms"] <= figures["p95_ms"]
