"""The words of the pages: every closed list is covered, and moments are said as in Britain."""

from datetime import UTC, datetime

import pytest

from roomreach.measurement import KINDS, Gateway, Latency, Link, Method, Names, NotMeasured, Reason
from roomreach.online import Online
from roomreach.places import Category, Role
from roomreach.series import SERIES
from roomreach_api.console import words
from roomreach_api.console.facts import LABELS, facts


@pytest.mark.parametrize(
    ("said", "closed"),
    [
        (words.REASONS, Reason),
        (words.ONLINE, Online),
        (words.CATEGORIES, Category),
        (words.ROLES, Role),
        (words.TARGETS, {target for series in SERIES.values() for target in series.targets}),
    ],
)
def test_there_are_words_for_everything_the_language_can_say(said, closed) -> None:
    assert set(said) == set(closed)
    assert all(said.values())


def test_the_page_shows_kinds_that_exist() -> None:
    assert set(LABELS) <= set(KINDS)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 22, 14, 5, tzinfo=UTC), "22 November 2026, 2:05pm"),
        (datetime(2026, 7, 1, 8, 30, tzinfo=UTC), "1 July 2026, 9:30am"),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "22 November 2026, midday"),
        (datetime(2026, 11, 22, 0, 0, tzinfo=UTC), "22 November 2026, midnight"),
        (datetime(2026, 11, 22, 0, 7, tzinfo=UTC), "22 November 2026, 12:07am"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "1 July 2026, 12:30am"),
    ],
)
def test_a_moment_is_said_as_in_britain_by_londons_clocks(moment: datetime, said: str) -> None:
    assert words.when(moment) == said


@pytest.mark.parametrize(
    ("measurement", "said"),
    [
        (Link(signal_dbm=-61), "\N{MINUS SIGN}61 dBm"),
        (Link(signal_average_dbm=-70), "\N{MINUS SIGN}70 dBm"),
        (Link(), "joined, but its strength is not known"),
        (Link(reason=Reason.NOT_ASSOCIATED), "failed: not joined to any Wi-Fi network"),
        (NotMeasured(of="link", reason=Reason.NO_RADIO), "not measured: no radio in this machine"),
        (Gateway(sent=5, received=5, median_ms=2.44), "2.4 ms"),
        (Gateway(sent=5, received=3, median_ms=24.4), "24 ms, 3 of 5 answered"),
        (Gateway(sent=5, received=5, median_ms=2.44, method=Method.TCP), "2.4 ms"),
        (Latency(target="hub", sent=5, reason=Reason.NO_ANSWER), "failed: no answer"),
        (Names(target="site", answer_ms=14.2, rcode=0), "14 ms"),
        (Names(target="site"), "answered, time not known"),
    ],
)
def test_a_fact_is_said_with_its_unit_or_with_the_reason_why_it_is_none(measurement, said: str) -> None:
    told = facts([measurement])
    assert [
        fact.words.replace("\xa0", " ")
        for kind in told.values()
        for fact in kind
        if fact.words != "not asked"
    ] == [said]


def test_what_a_report_does_not_hold_was_not_asked() -> None:
    assert {fact.words for kind in facts([]).values() for fact in kind} == {"not asked"}
