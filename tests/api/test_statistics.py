"""What many measurements say together: medians, hours of the week, spans of failures, gaps."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.identifiers import AgentId, RoomId
from roomreach.moments import milliseconds
from roomreach_api.console.intervals import Intervals
from roomreach_api.console.patterns import samples
from roomreach_api.console.statistics import bands
from roomreach_api.console.statistics.hours import HOUR_MS, Hour, busy, slot_of, week
from roomreach_api.console.statistics.spans import Failure, Span, spans, together
from roomreach_api.console.statistics.summaries import summary
from roomreach_api.console.statistics.trails import part_of_day, windows, with_breaks
from roomreach_api.console.words import LONDON, lasting

MINUTE_MS = 60_000
FIGURES = st.floats(-1e6, 1e6)
MOMENTS = st.integers(
    milliseconds(datetime(2026, 1, 1, tzinfo=UTC)), milliseconds(datetime(2028, 1, 1, tzinfo=UTC))
)


@given(st.lists(st.none() | FIGURES, max_size=40))
def test_a_summary_counts_what_is_known_and_every_percentile_was_measured(values) -> None:
    known = [value for value in values if value is not None]
    found = summary(values)
    if not known:
        assert found is None
        return
    assert (found.n, found.median) == (len(known), median(known))
    assert {found.p20, found.p80, found.lowest, found.highest} <= set(known)
    assert found.lowest <= found.p20 <= found.p80 <= found.highest
    assert sum(value <= found.p20 for value in known) >= len(known) / 5
    assert sum(value >= found.p80 for value in known) >= len(known) / 5


@given(MOMENTS)
def test_an_hour_of_the_week_is_the_one_on_londons_clocks(at_ms: int) -> None:
    local = datetime.fromtimestamp(at_ms // 1000, LONDON)
    assert slot_of(at_ms) == (local.weekday(), local.hour)
    assert busy(at_ms) == (local.hour in {20, 21})


def test_eight_in_the_evening_is_busy_in_summer_and_in_winter() -> None:
    summer, winter = datetime(2026, 7, 1, 19, 30, tzinfo=UTC), datetime(2026, 12, 1, 20, 30, tzinfo=UTC)
    assert slot_of(milliseconds(summer))[1] == slot_of(milliseconds(winter))[1] == 20
    assert busy(milliseconds(summer))
    assert not busy(milliseconds(winter - timedelta(hours=1)))


def test_the_hour_that_autumn_has_twice_is_one_hour_of_the_week_and_the_one_spring_lacks_is_none() -> None:
    autumn = milliseconds(datetime(2026, 10, 25, 0, tzinfo=UTC))
    hours = [autumn + n * HOUR_MS for n in range(3)]
    found = week([(at_ms, float(n)) for n, at_ms in enumerate(hours)], [], [])
    assert found[6, 1] == Hour(median=0.5, n=2, checks=0, failed=0)
    spring = milliseconds(datetime(2026, 3, 29, 0, tzinfo=UTC))
    assert set(week([(spring + n * HOUR_MS, 1.0) for n in range(3)], [], [])) == {(6, 0), (6, 2), (6, 3)}


@given(
    st.lists(st.tuples(MOMENTS, st.none() | FIGURES), max_size=30),
    st.lists(st.tuples(MOMENTS, st.integers(0, 9)), max_size=30),
    st.lists(st.tuples(MOMENTS, st.integers(0, 9)), max_size=30),
)
def test_a_week_loses_no_value_and_no_check(averages, answered, failed) -> None:
    found = week(averages, answered, failed)
    assert sum(hour.n for hour in found.values()) == sum(value is not None for _, value in averages)
    assert sum(hour.failed for hour in found.values()) == sum(count for _, count in failed)
    assert sum(hour.checks for hour in found.values()) == sum(count for _, count in answered + failed)
    assert all((hour.median is None) == (hour.n == 0) for hour in found.values())


def failure(minute: int, room: int = 1, reason: str = "no_answer", kind: str = "names") -> Failure:
    return Failure(
        room=RoomId(f"r-room{room}"),
        agent=AgentId(f"a-room{room}"),
        kind=kind,
        target="site",
        reason=reason,
        at_ms=minute * MINUTE_MS,
    )


FAILURES = st.lists(
    st.builds(failure, st.integers(0, 600), st.integers(1, 3), st.sampled_from(["no_answer", "refused"])),
    max_size=40,
    unique_by=lambda one: (one.room, one.at_ms),
)
PATIENCE_MS = 22 * MINUTE_MS


def joined(failures) -> list[Span]:
    return spans(failures, lambda _agent, _at_ms: PATIENCE_MS)


@given(FAILURES, st.randoms())
def test_spans_hold_every_failure_once_whatever_their_order(failures, chance) -> None:
    found = joined(failures)
    assert sum(span.checks for span in found) == len(failures)
    mixed = list(failures)
    chance.shuffle(mixed)
    assert joined(mixed) == found
    for span in found:
        inside = sorted(
            one.at_ms
            for one in failures
            if {one.room} == span.rooms and span.begun_ms <= one.at_ms <= span.last_ms
        )
        assert (inside[0], inside[-1], len(inside)) == (span.begun_ms, span.last_ms, span.checks)
        assert all(later - earlier <= PATIENCE_MS for earlier, later in pairwise(inside))


@given(FAILURES)
def test_spans_of_one_room_lie_further_apart_than_patience(failures) -> None:
    found = joined(failures)
    for span in found:
        for other in found:
            if other is not span and other.rooms == span.rooms:
                apart = max(other.begun_ms - span.last_ms, span.begun_ms - other.last_ms)
                assert apart > PATIENCE_MS


@given(FAILURES)
def test_together_keeps_every_room_check_and_moment(failures) -> None:
    found = joined(failures)
    groups = together(found)
    assert sum(group.checks for group in groups) == sum(span.checks for span in found)
    assert len(groups) <= len(found)
    for span in found:
        assert any(
            group.what == span.what
            and span.rooms <= group.rooms
            and group.begun_ms <= span.begun_ms <= span.last_ms <= group.last_ms
            for group in groups
        )


def test_a_check_that_went_well_ends_a_span() -> None:
    found = joined([failure(minute) for minute in (0, 15, 30, 60, 75)])
    assert [(span.begun_ms // MINUTE_MS, span.last_ms // MINUTE_MS) for span in found] == [(0, 30), (60, 75)]


def test_reasons_that_alternate_are_one_span_that_counts_them() -> None:
    (span,) = joined([failure(n, reason=("no_answer", "no_route")[n % 2]) for n in range(60)])
    assert (span.begun_ms, span.last_ms, span.checks) == (0, 59 * MINUTE_MS, 60)
    assert span.reasons == {"no_answer": 30, "no_route": 30}


def test_gathered_failures_count_as_many_as_stand_in_them() -> None:
    (span,) = joined([replace(failure(minute), checks=15) for minute in (0, 15)])
    assert span.checks == 30


def test_an_interval_that_changed_later_does_not_cut_what_failed_before() -> None:
    waited = Intervals.of(HOUR_MS, [(AgentId("a-room1"), 0, 900), (AgentId("a-room1"), HOUR_MS, 30)])
    quarters, seldom = [failure(minute) for minute in (0, 15, 30)], [failure(61), failure(63)]
    found = spans(quarters + seldom, waited.patience_ms)
    assert [(span.begun_ms // MINUTE_MS, span.checks) for span in found] == [(0, 3), (61, 1), (63, 1)]


def test_an_agent_that_reports_seldom_joins_no_outages_of_others() -> None:
    def patience_ms(agent: str, _at_ms: int) -> int:
        return 90 * MINUTE_MS if agent == "a-room9" else MINUTE_MS

    early, late = [failure(n, 1) for n in range(5)], [failure(30 + n, 2) for n in range(5)]
    slow = [failure(200, 9), failure(260, 9)]
    rooms = {tuple(span.rooms) for span in together(spans(early + late + slow, patience_ms))}
    assert rooms == {("r-room1",), ("r-room2",), ("r-room9",)}


def test_rooms_that_failed_together_are_one_span_and_one_that_fails_for_ever_is_another() -> None:
    line = [failure(minute + room, room) for minute in (300, 315, 330) for room in (1, 2)]
    dead = [failure(minute, 3) for minute in range(0, 600, 15)]
    rooms = Counter(tuple(sorted(span.rooms)) for span in together(joined(line + dead)))
    assert rooms == {("r-room1", "r-room2"): 1, ("r-room3",): 1}


@given(st.lists(st.integers(0, 10_000), unique=True, max_size=30).map(sorted), st.integers(1, 500))
def test_a_gap_is_marked_once_and_nothing_else_changes(moments, longest) -> None:
    rows = [(at_ms, (1.0, None)) for at_ms in moments]
    shown = with_breaks(rows, longest)
    assert [row for row in shown if row[1] != (None, None)] == rows
    gaps = sum(later - earlier > longest for earlier, later in pairwise(moments))
    assert len(shown) - len(rows) == gaps
    assert [at_ms for at_ms, _ in shown] == sorted(at_ms for at_ms, _ in shown)


@given(MOMENTS, st.sampled_from([1, 6, 24]))
def test_a_part_of_the_day_begins_before_what_lies_in_it(at_ms: int, hours: int) -> None:
    start, local = part_of_day(at_ms, hours), datetime.fromtimestamp(at_ms / 1000, LONDON)
    assert start.date() == local.date()
    assert start.hour % hours == 0
    assert start.hour <= local.hour < start.hour + hours


def test_windows_are_counted_as_a_store_cuts_them() -> None:
    assert windows(0, 2 * HOUR_MS) == 2
    assert windows(1, 2 * HOUR_MS + 1) == 3


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        (bands.signal, -60, "strong"),
        (bands.signal, -60.5, "good"),
        (bands.signal, -67, "good"),
        (bands.signal, -75, "fair"),
        (bands.signal, -75.1, "weak"),
        (bands.signal, -85, "weak"),
        (bands.signal, -86, "very weak"),
        (bands.response, 60, "quick"),
        (bands.response, 100, "fair"),
        (bands.response, 300, "slow"),
        (bands.response, 301, "very slow"),
        (bands.download, 9.9, "slow"),
        (bands.download, 10, "enough"),
        (bands.download, 30, "fast"),
        (bands.upload, 1.9, "slow"),
        (bands.upload, 2, "enough"),
        (bands.upload, 5, "fast"),
    ],
)
def test_a_figure_gets_its_word(word, value, said) -> None:
    assert word(value).word == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=3, minutes=30), "3 hours 30 minutes"),
        (timedelta(days=2, hours=4, minutes=9), "2 days 4 hours"),
        (timedelta(days=1, minutes=9), "1 day"),
    ],
)
def test_how_long_something_lasted_is_said(span, said) -> None:
    assert lasting(span) == said


def test_hours_without_a_figure_are_not_counted_among_those_that_have_one() -> None:
    failed_only = Hour(median=None, n=0, checks=4, failed=4)
    found = {(0, 8): failed_only, (0, 9): Hour(median=9.0, n=2, checks=8, failed=0)}
    assert samples(found) == "2 of them"
