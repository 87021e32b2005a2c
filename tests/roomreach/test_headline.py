"""One sentence answers before anything else is read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.headline import Silence, Standing, age, headline, heard_in_time, whose_silence
from roomreach.online import Online

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CLOCK = "{:%H:%M}".format


def said(online: Online, ago: timedelta | None = timedelta(seconds=12), *, trial: bool = False) -> Standing:
    taken_at = None if ago is None else NOW - ago
    return Standing(taken_at=taken_at, interval=MINUTE, online=online, trial=trial)


def told(
    standings: list[Standing],
    now: datetime = NOW,
    *,
    silence: Silence = Silence.OURS,
    without_agent: int = 0,
) -> str:
    return headline(standings, now, since=CLOCK, silence=silence, rooms_without_agent=without_agent)


YES, NO, UNSURE = said(Online.YES), said(Online.NO), said(Online.UNKNOWN)
SILENT, NEVER = said(Online.YES, 12 * MINUTE), said(Online.UNKNOWN, None)
BENCH, BENCH_NO = said(Online.YES, trial=True), said(Online.NO, trial=True)
CUPBOARD = Standing(taken_at=NOW, interval=MINUTE, online=Online.YES, lived_in=False)
BENCH_SILENT = said(Online.YES, 12 * MINUTE, trial=True)


@pytest.mark.parametrize(
    ("standings", "without_agent", "sentence"),
    [
        ([], 0, "No room has an agent yet, so nothing is known."),
        ([], 3, "No room has an agent yet, so nothing is known."),
        ([NEVER], 0, "Nothing has been heard yet from 1 room."),
        ([NEVER, NEVER], 0, "Nothing has been heard yet from 2 rooms."),
        ([YES], 0, "Residents can get online in the only room."),
        ([NO], 0, "Residents cannot get online in the only room."),
        ([YES] * 10, 0, "Residents can get online in all 10 rooms."),
        ([NO] * 3, 0, "Residents cannot get online in any of the 3 rooms."),
        ([YES, YES, NO], 0, "Residents can get online in 2 of 3 rooms; not in 1."),
        ([YES, UNSURE], 0, "Residents can get online in 1 of 2 rooms; not known for 1 (1 could not tell)."),
        (
            [UNSURE],
            0,
            "Whether residents can get online in the only room is not known: its agent could not tell.",
        ),
        (
            [YES, NO, UNSURE, SILENT, NEVER],
            34,
            (
                "Residents can get online in 1 of 39 rooms; not in 1; "
                "not known for 37 (1 could not tell, 1 silent since 13:53, 1 never heard, "
                "34 without an agent)."
            ),
        ),
        (
            [YES, SILENT, said(Online.NO, 45 * MINUTE)],
            0,
            ("Residents can get online in 1 of 3 rooms; not known for 2 (2 silent, the first since 13:20)."),
        ),
        (
            [SILENT, SILENT, NEVER],
            0,
            (
                "Nothing heard from any room since 13:53: our collector or broker is probably silent, "
                "so what residents can do now is not known."
            ),
        ),
        # Where nobody lives stands a router: outside the totals.
        ([YES, NO, CUPBOARD, CUPBOARD], 0, "Residents can get online in 1 of 2 rooms; not in 1."),
        (
            [CUPBOARD],
            2,
            "No room that residents live in has an agent yet, so what they can do is not known.",
        ),
        # A test bench is no home: outside the totals, and named for what it is when it is alone.
        ([YES, BENCH_NO], 0, "Residents can get online in the only room."),
        ([BENCH], 5, "The only test agent can get online."),
        ([BENCH_NO], 0, "The only test agent cannot get online."),
        ([BENCH, BENCH], 0, "All 2 test agents can get online."),
        ([BENCH_NO, BENCH_NO], 0, "None of the 2 test agents can get online."),
        (
            [BENCH, BENCH_NO, BENCH_SILENT],
            0,
            "1 of 3 test agents can get online; 1 cannot; not known for 1 (1 silent since 13:53).",
        ),
    ],
)
def test_the_sentence_answers_first_and_says_how_much_is_not_known(
    standings: list[Standing], without_agent: int, sentence: str
) -> None:
    assert told(standings, without_agent=without_agent) == sentence


@pytest.mark.parametrize(
    ("others", "whose"),
    [
        ({"here": False, "elsewhere": False, "places": 12}, Silence.OURS),
        ({"here": False, "elsewhere": False, "places": 1}, Silence.EITHER),
        ({"here": False, "elsewhere": True, "places": 2}, Silence.THEIRS),
        ({"here": True, "elsewhere": True, "places": 2}, Silence.WIFI),
    ],
)
def test_whose_silence_it_is_follows_from_who_else_is_heard(others, whose: Silence) -> None:
    assert whose_silence(**others) is whose


@pytest.mark.parametrize(
    ("standings", "silence", "words"),
    [
        ([SILENT], Silence.OURS, "any room since 13:53: our collector or broker is probably silent, so"),
        (
            [SILENT],
            Silence.EITHER,
            "either the only site has no power or no line, or our collector or broker is silent, so",
        ),
        ([SILENT, CUPBOARD], Silence.WIFI, "probably the Wi-Fi, as other agents there are heard, so"),
        ([SILENT, BENCH], Silence.THEIRS, "probably power or line, as other agents are heard, so"),
        (
            [BENCH_SILENT],
            Silence.EITHER,
            "any test agent since 13:53: either the only test bench is silent, or our collector or broker is",
        ),
    ],
)
def test_nobody_is_blamed_against_the_evidence(standings, silence: Silence, words: str) -> None:
    assert words in told(standings, silence=silence)


@pytest.mark.parametrize(
    ("standings", "words"),
    [
        ([], ""),
        ([BENCH], ""),
        ([NEVER], ""),
        ([YES, NO, SILENT, NEVER, BENCH, CUPBOARD], "2 of 4 rooms heard within the last 2 minutes."),
        ([YES], "The only room was heard within the last 2 minutes."),
        ([SILENT], "The only room was not heard within the last 2 minutes."),
        (
            [YES, Standing(taken_at=NOW, interval=5 * MINUTE, online=Online.YES)],
            "2 of 2 rooms heard on time, within 10 minutes at most.",
        ),
    ],
)
def test_how_many_were_heard_is_said_with_the_time_that_was_given(standings, words: str) -> None:
    assert heard_in_time(standings, NOW) == words


def test_the_sentence_stays_the_same_while_nothing_new_is_known() -> None:
    later = NOW + timedelta(minutes=30)
    silent = [SILENT, SILENT]
    assert told(silent) == told(silent, later)


def test_an_agent_is_heard_for_two_of_its_own_intervals_and_no_longer() -> None:
    assert said(Online.YES, 2 * MINUTE).heard(NOW)
    assert not said(Online.YES, 2 * MINUTE + timedelta(milliseconds=1)).heard(NOW)


def test_an_agent_whose_clock_runs_ahead_is_heard() -> None:
    assert said(Online.YES, -MINUTE).heard(NOW)


standings = st.lists(
    st.sampled_from([YES, NO, UNSURE, SILENT, NEVER, BENCH, BENCH_NO, CUPBOARD]), max_size=20
)


@given(standings, st.integers(0, 50), st.sampled_from(Silence))
def test_it_is_always_one_sentence_and_never_counts_a_silent_room_as_online(
    some: list[Standing], without_agent: int, silence: Silence
) -> None:
    sentence = told(some, silence=silence, without_agent=without_agent)
    assert sentence.endswith(".")
    assert sentence.count(".") == 1
    if SILENT in some or NEVER in some:
        assert "all" not in sentence.split()


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-3), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=59.9), "59 seconds"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=5), "5 hours"),
        (timedelta(days=2, hours=3), "2 days"),
    ],
)
def test_an_age_is_said_in_the_largest_unit_that_fits(span: timedelta, words: str) -> None:
    assert age(span) == words
