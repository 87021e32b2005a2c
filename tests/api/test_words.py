"""The words of the pages: every closed list is covered, and moments are said as in Britain."""

from datetime import UTC, datetime

import pytest

from roomreach.measurement import (
    KINDS,
    Gateway,
    Latency,
    Link,
    Method,
    Names,
    NotMeasured,
    Reason,
    Throughput,
)
from roomreach.online import Online
from roomreach.places import Category, Role
from roomreach.series import SERIES
from roomreach_api.console import words
from roomreach_api.console.facts import EVERY_LABEL, LABELS, every_fact, facts


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
    assert set(LABELS) <= set(EVERY_LABEL) == set(KINDS)


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
        (
            Throughput(target="server", download_mbps=31.25, upload_mbps=6.0),
            "download 31 Mbit/s, upload 6.0 Mbit/s",
        ),
        (
            Throughput(target="server", download_mbps=31.25, download_low_mbps=20.0, download_high_mbps=40.0),
            "download 20 to 40 Mbit/s, upload not known",
        ),
        (
            Throughput(target="server", download_low_mbps=20.0, upload_high_mbps=2.0),
            "download at least 20 Mbit/s, upload at most 2.0 Mbit/s",
        ),
        (
            Throughput(target="reference", reason=Reason.SERVER_BUSY),
            "failed: the test server had no place free",
        ),
        (
            NotMeasured(of="throughput", target="server", reason=Reason.BUDGET_SPENT),
            "not measured: the day's allowance of data is used up",
        ),
        (Names(target="site", answer_ms=14.2, rcode=0), "14 ms"),
        (Names(target="site"), "answered, time not known"),
    ],
)
def test_a_fact_is_said_with_its_unit_or_with_the_reason_why_it_is_none(measurement, said: str) -> None:
    ((_, fact),) = every_fact([measurement])
    assert fact.words.replace("\xa0", " ") == said


def test_what_a_report_does_not_hold_was_not_asked() -> None:
    assert {fact.words for kind in facts([]).values() for fact in kind} == {"not asked"}
