"""Every query is asked of a real InfluxDB, and what it answers is right."""

from typing import Any

import numpy as np
import pytest

from dashboard_panels import panels_of
from examples import WHEREABOUTS
from roomreach.measurement import Link, Throughput
from roomreach.online import Online, judge

SIGNAL = "Wi-Fi signal by room"
RUNGS = {
    "latency": "Does the world outside answer?",
    "names": "Can names be looked up?",
    "gateway": "Does the router answer?",
}


def known(series: list[dict[str, Any]]) -> int:
    """How many values of an answer are known; its time is not one of them."""
    return sum(value is not None for found in series for _, *row in found["values"] for value in row)


def test_every_query_of_every_panel_answers(half_hour, dashboard) -> None:
    panels = panels_of(dashboard)
    asked = {
        (panel["title"], target["refId"]): known(half_hour.ask(half_hour.filled(target["query"])))
        for panel in panels
        for target in panel["targets"]
    }
    assert len(asked) > 20
    assert [question for question, values in asked.items() if not values] == []


def test_every_query_answers_when_windows_are_longer_than_reports_are_apart(half_hour, dashboard) -> None:
    for panel in panels_of(dashboard):
        for target in panel["targets"]:
            assert known(half_hour.ask(half_hour.filled(target["query"], interval="5m"))), panel["title"]


def offered(half_hour, dashboard: dict[str, Any]) -> dict[str, set[str]]:
    return {
        variable["name"]: {
            value
            for series in half_hour.ask(half_hour.filled(variable["query"]))
            for _, value in series["values"]
        }
        for variable in dashboard["templating"]["list"]
        if variable["type"] == "query"
    }


def test_a_borough_is_chosen_among_those_in_which_anything_was_measured(half_hour, borough) -> None:
    assert offered(half_hour, borough) == {"authority": {WHEREABOUTS.authority}}


def test_every_choice_offers_what_was_measured(half_hour, site) -> None:
    here = {room for room, _ in half_hour.reports} - {"r-other22222"}
    assert offered(half_hour, site) == {"site": {"s-bcdfghjkmn", "s-other22222"}, "room": here}


@pytest.mark.parametrize(("right", "wrong"), [('"signal_dbm"', '"signal_db"'), ('"link"', '"links"')])
def test_a_query_for_what_is_not_there_is_caught(half_hour, query, right: str, wrong: str) -> None:
    filled = half_hour.filled(query(SIGNAL))
    assert right in filled
    assert known(half_hour.ask(filled)) > 0
    assert known(half_hour.ask(filled.replace(right, wrong))) == 0


def test_the_signal_by_window_is_what_numpy_makes_of_the_reports(half_hour, query) -> None:
    filled = half_hour.filled(query(SIGNAL), interval="5m")
    answered = {
        series["tags"]["room"]: [value for _, value in series["values"]] for series in half_hour.ask(filled)
    }
    signals: dict[str, np.ndarray[Any, Any]] = {}
    for (room, minute), report in half_hour.reports.items():
        for link in report.measurements:
            if isinstance(link, Link) and room != "r-other22222":
                signals.setdefault(room, np.full(30, np.nan))[minute] = link.signal_dbm
    assert len(signals) == 6
    for room, signal in signals.items():
        windows = np.ma.masked_invalid(signal.reshape(6, 5))
        expected = [None if np.ma.is_masked(mean) else float(mean) for mean in windows.mean(axis=1)]
        assert answered[room] == pytest.approx(expected), room
    assert any(None in values for values in answered.values()), "the agent that could not ask leaves a gap"


def test_silence_is_a_gap_and_never_a_yes(half_hour, query) -> None:
    for title in RUNGS.values():
        minutes = half_hour.by_room(query(title))["r-silent22222"]
        assert [minutes[minute] for minute in range(30)] == [100] * 12 + [None] * 8 + [100] * 10, title


def test_an_agent_that_cannot_ask_says_nothing_about_its_room(half_hour, query) -> None:
    for title in RUNGS.values():
        minutes = half_hour.by_room(query(title))["r-unable22222"]
        assert [minute for minute, share in minutes.items() if share is None] == [5, 6, 7, 8, 9], title


def test_one_host_of_two_that_fails_is_partly(half_hour, query) -> None:
    assert set(half_hour.by_room(query(RUNGS["latency"]))["r-weak22222"].values()) == {50}


def test_the_three_charts_together_say_what_the_language_says_of_each_report(half_hour, query) -> None:
    shares = {rung: half_hour.by_room(query(title)) for rung, title in RUNGS.items()}
    verdicts = set()
    for (room, minute), report in half_hour.reports.items():
        if room == "r-other22222":
            continue  # on another site than the one that is asked for
        asked = {rung: rooms.get(room, {}).get(minute) for rung, rooms in shares.items()}
        answers = {rung: share for rung, share in asked.items() if share is not None}
        if len(answers) > 1:
            del answers["gateway"]  # a router that ignores pings is no fault when others could be asked
        expected = Online.UNKNOWN if not answers else Online.NO if 0 in answers.values() else Online.YES
        verdict = judge(report.measurements).online
        assert verdict is expected, (room, minute, asked)
        verdicts.add(verdict)
    assert verdicts == set(Online)


def test_the_data_are_as_old_as_the_latest_report(half_hour, query) -> None:
    ((latest,),) = [series["values"] for series in half_hour.ask(half_hour.filled(query("Data as of")))]
    assert latest[0] == max(report.taken_ms for report in half_hour.reports.values())


def test_the_figures_count_what_was_reported(half_hour, query) -> None:
    counted = {
        title: half_hour.ask(half_hour.filled(query(title)))[0]["values"][0][1]
        for title in ("Rooms heard", "Reports received")
    }
    here = [room for room, _ in half_hour.reports if room != "r-other22222"]
    assert counted == {"Rooms heard": len(set(here)), "Reports received": len(here)}


def test_silence_is_no_report_rather_than_no_line(half_hour, query) -> None:
    minutes = half_hour.by_room(query("Reports received by agent"))["r-silent22222"]
    assert [minute for minute, received in minutes.items() if received == 0] == list(range(12, 20))


def test_all_attempts_lost_are_a_hundred_percent_and_silence_is_none(half_hour, query) -> None:
    lost = half_hour.by_room(query("Attempts lost on the way outside"))
    assert {minute for minute, share in lost["r-cut22222"].items() if share == 100} == set(range(10, 15))
    assert lost["r-silent22222"][15] is None


def test_what_failed_is_listed_with_its_reason(half_hour, panels) -> None:
    (failures,) = [panel for panel in panels if panel["title"] == "What failed, and why"]
    rows = {
        target["refId"]: half_hour.ask(half_hour.filled(target["query"]))[0] for target in failures["targets"]
    }
    assert [rows[ref]["columns"] for ref in "ABC"] == [
        ["time", "room", "target", "outside"],
        ["time", "room", "target", "names"],
        ["time", "room", "router"],
    ]
    assert {tuple(row[1:]) for row in rows["B"]["values"]} == {("r-cut22222", "site", "no_answer")}
    assert {row[2] for row in rows["C"]["values"]} == {"no_answer", "no_route"}


def speeds_by(half_hour, role: str, target: str, name: str) -> dict[str, list[float]]:
    """What the reports say of one end, by site: from room agents or from wired ones."""
    found: dict[str, list[float]] = {}
    for (room, _), report in half_hour.reports.items():
        if (role == "reference") != (room == "r-wired22222"):
            continue
        site = "s-other22222" if room == "r-other22222" else "s-bcdfghjkmn"
        for one in report.measurements:
            if isinstance(one, Throughput) and one.target == target and one.reason is None:
                found.setdefault(site, []).append(getattr(one, name))
    return found


@pytest.mark.parametrize(
    ("ref", "role", "aggregate"),
    [
        ("C", "room", np.mean),
        ("D", "room", np.size),
        ("E", "reference", np.mean),
        ("F", "reference", np.size),
    ],
)
def test_sites_side_by_side_are_what_numpy_makes_of_their_tests(
    half_hour, borough, ref: str, role: str, aggregate: Any
) -> None:
    (panel,) = [panel for panel in panels_of(borough) if panel["title"] == "Sites side by side"]
    (asked,) = [target["query"] for target in panel["targets"] if target["refId"] == ref]
    answered = {
        series["tags"]["site"]: series["values"][0][1] for series in half_hour.ask(half_hour.filled(asked))
    }
    told = speeds_by(half_hour, role, "server", "download_mbps")
    assert answered == pytest.approx({site: float(aggregate(rates)) for site, rates in told.items()})


def test_the_speed_of_a_room_is_a_point_where_it_was_tested_and_nothing_else(half_hour, query) -> None:
    minutes = half_hour.by_room(query("Download in the rooms"))["r-well22222"]
    assert {minute: rate for minute, rate in minutes.items() if rate is not None} == {0: 20.0, 10: 30.0}
    assert set(half_hour.by_room(query("Download on the line"))) == {"r-wired22222"}
    over_wifi = half_hour.by_room(query("Download over the Wi-Fi alone"))["r-well22222"]
    assert over_wifi[10] == 60.0


def test_a_test_that_failed_is_listed_with_its_reason(half_hour, query) -> None:
    (series,) = half_hour.ask(half_hour.filled(query("Tests that failed, and why")))
    assert {row[1] for row in series["values"]} == {"r-well22222", "r-weak22222", "r-wired22222"}
    assert {row[-1] for row in series["values"]} == {"no_answer"}
