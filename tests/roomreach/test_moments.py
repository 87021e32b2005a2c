"""Moments travel as UTC milliseconds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.moments import milliseconds, moment


@given(st.integers(0, 4_102_444_800_000))
def test_milliseconds_survive_the_way_to_a_datetime_and_back(ms: int) -> None:
    assert milliseconds(moment(ms)) == ms


def test_the_same_moment_in_another_zone_is_the_same_milliseconds() -> None:
    there = datetime(2026, 7, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert milliseconds(there) == milliseconds(datetime(2026, 7, 1, 12, 0, tzinfo=UTC))


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        milliseconds(datetime(2026, 7, 1, 13, 0))  # noqa: DTZ001 - the fault under test
