"""The measuring core: from ticks to a rate, or to the bounds between which it lies."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from roomreach.measurement import Reason
from roomreach_agent.engines.direction import Direction, Failed
from roomreach_agent.engines.own.direction import LONGEST_S, Found, measure
from roomreach_agent.engines.own.transfers import Tick

TICK_S = 0.05
PLENTY = 10**12


class Scripted:
    """A way whose ticks were written beforehand."""

    def __init__(self, ticks: Sequence[Tick]) -> None:
        self.ticks = ticks
        self.taken = 0
        self.closed = False

    def quiet_trips_ms(self) -> Sequence[float]:
        return (20.0,)

    def moved(self) -> int:
        return self.ticks[self.taken - 1].arrived

    def run(self, _direction: Direction, most_bytes: int) -> Iterator[Tick]:
        try:
            for tick in self.ticks:
                self.taken += 1
                yield Tick(tick.at_s, min(tick.arrived, most_bytes), tick.trips_ms)
                if tick.arrived >= most_bytes:
                    return
        finally:
            self.closed = True


def course(rate_at: Callable[[float], float], lasts_s: float = 12.0) -> list[Tick]:
    """Ticks of a way that carries so many bytes a second at each moment."""
    ticks, arrived = [], 0.0
    for n in range(1, int(lasts_s / TICK_S) + 1):
        arrived += rate_at((n - 0.5) * TICK_S) * TICK_S
        ticks.append(Tick(n * TICK_S, int(arrived)))
    return ticks


def held_back(ticks: Sequence[Tick], falls: Sequence[tuple[float, float]]) -> list[Tick]:
    """The same bytes, of which none arrives during some stalls, and all of them after each."""
    kept, last = [], 0
    for tick in ticks:
        if not any(begin <= tick.at_s < begin + lasts for begin, lasts in falls):
            last = tick.arrived
        kept.append(Tick(tick.at_s, last))
    return kept


def found(ticks: Sequence[Tick], most_bytes: int = PLENTY) -> Found:
    return measure(Scripted(ticks), Direction.DOWNLOAD, most_bytes)


rates = st.floats(0.3, 900).map(lambda mbps: mbps * 125_000)
falls = st.lists(st.tuples(st.floats(0.2, 10), st.floats(0.05, 0.15)), max_size=5)


@given(rates, st.floats(0.05, 0.4))
def test_a_steady_line_is_measured_however_long_tcp_takes_to_find_its_pace(
    rate: float, ramp_s: float
) -> None:
    measured = found(course(lambda at_s: rate * min(1.0, at_s / ramp_s)))
    assert measured.stopped_by == "converged"
    assert measured.mbps * 125_000 == pytest.approx(rate, rel=0.01)
    assert measured.low_mbps is measured.high_mbps is None


@given(rates, falls)
def test_lost_packets_that_hold_back_others_do_not_move_the_rate(
    rate: float, falls: list[tuple[float, float]]
) -> None:
    measured = found(held_back(course(lambda _: rate), falls))
    if measured.stopped_by == "converged":
        assert measured.mbps * 125_000 == pytest.approx(rate, rel=0.05)
    else:
        assert measured.high_mbps is None or measured.high_mbps * 125_000 >= rate * 0.999
        assert measured.low_mbps is not None
        assert measured.low_mbps * 125_000 <= rate * 1.001


@given(rates, st.floats(0.1, 9), st.floats(0.1, 10))
@example(1e6, 0.9, 2.0)
def test_a_line_that_changes_is_measured_right_or_not_at_all(rate: float, after_s: float, by: float) -> None:
    changing = Scripted(course(lambda at_s: rate if at_s < after_s else rate * by))
    measured = measure(changing, Direction.UPLOAD, PLENTY)
    if measured.stopped_by != "converged":
        return
    ended_s = changing.taken * TICK_S
    # Either it was over before the change, or what it says is what the line carried at one time or the other.
    right = [rate] if ended_s <= after_s else [rate, rate * by]
    assert any(measured.mbps * 125_000 == pytest.approx(one, rel=0.1) for one in right)


@given(rates, st.floats(0.02, 0.4))
def test_a_rate_that_only_rises_never_settles(rate: float, doubles_in: float) -> None:
    measured = found(course(lambda at_s: rate * min(2.0 ** (at_s / doubles_in), 1e9), lasts_s=2.0))
    assert measured.stopped_by != "converged"
    assert measured.high_mbps is None


def test_nothing_that_arrives_is_a_failure_and_no_rate_of_zero() -> None:
    with pytest.raises(Failed) as failed:
        found(course(lambda _: 0.0))
    assert failed.value.reason is Reason.NO_ANSWER


def test_a_way_that_gives_no_moment_at_all_is_a_failure() -> None:
    with pytest.raises(Failed):
        found([])


ticks = st.lists(
    st.builds(
        Tick,
        st.floats(-1, 20, allow_nan=False),
        st.integers(0, 10**12),
        st.lists(st.floats(0, 10**5), max_size=3).map(tuple),
    ),
    max_size=150,
)


@given(ticks, st.integers(0, 10**9))
def test_whatever_a_way_says_there_is_an_answer_or_a_failure(ticks: list[Tick], most_bytes: int) -> None:
    way = Scripted(ticks)
    try:
        measured = measure(way, Direction.DOWNLOAD, most_bytes)
    except Failed:
        return
    assert way.closed
    assert measured.arrived <= most_bytes
    if measured.stopped_by != "converged":
        assert measured.low_mbps is not None
        assert measured.low_mbps <= measured.mbps
        assert measured.high_mbps is None or measured.mbps <= measured.high_mbps


@settings(max_examples=40)
@given(st.lists(st.floats(1e4, 1e8), min_size=10, max_size=10))
def test_an_unsettled_rate_lies_within_its_bounds(levels: list[float]) -> None:
    ticks = course(lambda at_s: levels[min(9, int(at_s))])
    measured = found(ticks)
    if measured.stopped_by == "converged":
        return
    mean = sum(levels) / len(levels) * 8 / 1e6
    assert measured.low_mbps is not None
    assert measured.low_mbps <= mean * 1.01
    assert measured.high_mbps is None or mean <= measured.high_mbps * 1.01


def test_a_direction_takes_no_longer_than_it_may() -> None:
    growing = Scripted(course(lambda at_s: 1e5 * (1 + at_s), lasts_s=60))
    measured = measure(growing, Direction.DOWNLOAD, PLENTY)
    assert measured.stopped_by == "time"
    assert growing.taken * TICK_S == pytest.approx(LONGEST_S, abs=2 * TICK_S)
    assert growing.closed


def test_bytes_that_run_out_first_are_why_it_stopped() -> None:
    measured = found(course(lambda _: 1e6), most_bytes=500_000)
    assert measured.stopped_by == "bytes"
    assert measured.arrived == 500_000


def test_the_loaded_round_trip_is_the_median_of_those_that_came_back() -> None:
    steady = [Tick(t.at_s, t.arrived, (float(n),)) for n, t in enumerate(course(lambda _: 1e6))]
    way = Scripted(steady)
    measured = measure(way, Direction.DOWNLOAD, PLENTY)
    assert measured.loaded_ms == pytest.approx((way.taken - 1) / 2)
