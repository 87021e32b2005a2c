"""The one table of names, and the points that a report becomes."""

import pytest

from examples import MEASUREMENTS, TAKEN_MS, WHEREABOUTS, a_report
from roomreach.measurement import KINDS, Link, Measurement, NotMeasured, Reason
from roomreach.series import SERIES, TAGS, Point, Value, points


def made(*measurements: Measurement, set_aside: tuple[str, ...] = ()) -> list[Point]:
    return points(a_report(measurements=measurements), WHEREABOUTS, "00ff00ff00ff00ff", set_aside)


def named(point: Point) -> dict[str, Value | None]:
    return dict(zip((c.name for c in SERIES[point.series].columns), point.values, strict=True))


def test_every_kind_is_a_series_and_one_more_proves_the_report() -> None:
    assert set(SERIES) == {*KINDS, "report"}


def test_tags_are_opaque_and_few_and_never_an_id_of_a_report() -> None:
    assert TAGS == ("authority", "provider", "site", "room", "agent", "role")
    assert all("outbox" not in series.tags and "sequence" not in series.tags for series in SERIES.values())


def test_an_agent_makes_at_most_twelve_series() -> None:
    assert sum(max(1, len(series.targets)) for series in SERIES.values()) <= 12


def test_a_report_becomes_one_point_for_each_question_and_one_for_itself() -> None:
    found = made(*MEASUREMENTS)
    assert [(p.series, p.target) for p in found] == [
        ("link", None),
        ("gateway", None),
        ("latency", "hub"),
        ("latency", "anchor_1"),
        ("names", "site"),
        ("health", None),
        ("report", None),
    ]
    assert all(p.taken_ms == TAKEN_MS and p.whereabouts == WHEREABOUTS for p in found)
    assert len({p.identity for p in found}) == len(found)


def test_values_stand_under_their_own_names() -> None:
    link = named(made(Link(signal_dbm=-61, rx_rate_mbps=173.3))[0])
    assert link["outcome"] == "ok"
    assert link["reason"] is None
    assert link["signal_dbm"] == -61
    assert link["rx_rate_mbps"] == 173.3
    assert link["tx_retries"] is None


def test_a_failed_measurement_is_the_same_point_with_its_outcome_and_reason() -> None:
    link = named(made(Link(reason=Reason.NOT_ASSOCIATED))[0])
    assert (link["outcome"], link["reason"]) == ("failed", "not_associated")


def test_what_could_not_be_measured_is_a_point_too_and_the_report_says_it_lacked_it() -> None:
    link, report = made(NotMeasured(of="link", reason=Reason.NO_RADIO))
    assert (named(link)["outcome"], named(link)["reason"]) == ("not_measured", "no_radio")
    assert named(report)["lacked"] == "link:no_radio"


@pytest.mark.parametrize(
    "newer",
    [
        NotMeasured(of="throughput", reason=Reason.TIMED_OUT),
        NotMeasured(of="report", reason=Reason.TIMED_OUT),
        NotMeasured(of="latency", target="anchor_9", reason=Reason.TIMED_OUT),
        NotMeasured(of="latency", reason=Reason.TIMED_OUT),
        NotMeasured(of="link", target="hub", reason=Reason.TIMED_OUT),
    ],
)
def test_a_question_with_no_series_here_is_only_said_to_be_lacking(newer: NotMeasured) -> None:
    (report,) = made(newer)
    assert named(report)["lacked"] == f"{newer.of}:timed_out"


def test_a_kind_set_aside_is_said_by_the_reports_point() -> None:
    assert named(made(set_aside=("throughput",))[-1])["lacked"] == "throughput:unknown_kind"


def test_the_reports_point_proves_which_report_it_was() -> None:
    report = named(made()[-1])
    assert (report["sequence"], report["digest"]) == (1, "00ff00ff00ff00ff")
