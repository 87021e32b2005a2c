"""The borough's past, asked of the API as anybody would: what was simulated is what is answered."""

import json
from collections.abc import Iterator
from copy import copy, deepcopy
from datetime import datetime, timedelta
from statistics import median

import pytest

from demos import Demo
from leaking import leaks
from servers import wait_until
from surfaces import WITHHELD
from truths import (
    Answers,
    Span,
    Truth,
    before_and_after,
    dead_rooms,
    missing_from,
    outages_that_disagree,
    quietest,
    seconds,
    silent_agents,
)

DAYS = 3


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with Demo(tmp_path_factory.mktemp("borough") / "demo", "--days", str(DAYS)) as program:
        wait_until(lambda: "The history is complete" in program.said(), "the history", 240)
        yield program


@pytest.fixture(scope="module")
def truth(demo: Demo) -> Truth:
    return json.loads((demo.temporary / "truth.json").read_text())


@pytest.fixture(scope="module")
def answers(demo: Demo, truth: Truth) -> Answers:
    return Answers(demo.facts, truth)


def test_twelve_sites_and_sixty_rooms_of_four_providers_one_of_them_shown_by_its_code(demo: Demo) -> None:
    sites = [site for site in demo.facts("/api/v1/sites")["sites"] if not site["trial"]]
    assert len(sites) == 12
    assert [site["name"] for site in sites if site["confidential"]] == [
        site["id"] for site in sites if site["confidential"]
    ]
    assert len({site["provider"]["id"] for site in sites if site["provider"]}) == 4
    homes = {site["id"] for site in sites}
    rooms = [room for room in demo.facts("/api/v1/rooms")["rooms"] if room["site"] in homes]
    assert len([room for room in rooms if room["homes"] != 0]) == 60


def test_every_outage_is_found_at_its_time_and_no_other(answers: Answers, truth: Truth) -> None:
    assert {outage["cause"] for outage in truth["outages"]} == {"line", "power", "access point"}
    assert outages_that_disagree(answers, truth) == []


def test_every_outage_that_was_reported_is_on_its_site_s_page(
    demo: Demo, answers: Answers, truth: Truth
) -> None:
    # Without power nothing is reported: that is a silence, and no span of failed checks.
    reported = [outage for outage in truth["outages"] if outage["cause"] != "power"]
    assert len(reported) == 2
    assert [missing_from(demo.page, answers, outage) for outage in reported] == [[], []]
    late = {**reported[0], "begin": reported[1]["begin"]}
    assert missing_from(demo.page, answers, late)


def test_an_outage_that_is_said_to_be_three_hours_later_is_not_found(answers: Answers, truth: Truth) -> None:
    for index in range(len(truth["outages"])):
        wrong = deepcopy(truth)
        outage = wrong["outages"][index]
        for end in ("begin", "end"):
            outage[end] = (datetime.fromisoformat(outage[end]) + timedelta(hours=3)).isoformat()
        assert agents_that_disagree(answers, wrong) == set(outage["agents"])


def test_an_outage_that_truth_conceals_is_found_all_the_same(answers: Answers, truth: Truth) -> None:
    wrong = deepcopy(truth)
    concealed = wrong["outages"].pop()
    assert agents_that_disagree(answers, wrong) == set(concealed["agents"])


def test_a_second_outage_of_whoever_had_one_is_found(answers: Answers, truth: Truth) -> None:
    dead, hit = truth["dead_agents"][0], truth["outages"][0]["agents"][0]
    for agent in (dead, hit):
        begin_s = seconds(truth["history"]["begin"]) + 36_000
        second = Span(begin_s, begin_s + 20_000)
        planted = copy(answers)
        planted.failed = {**answers.failed, agent: [*answers.failed[agent], second]}
        assert agents_that_disagree(planted, truth) == {agent}


def test_a_sign_in_page_that_never_closes_is_found(answers: Answers, truth: Truth) -> None:
    held_up = {agent for portal in truth["portals"] for agent in portal["agents"]}
    assert len(held_up) == 5
    planted = copy(answers)
    planted.failed = answers.failed | {agent: [] for agent in held_up}
    assert agents_that_disagree(planted, truth) == held_up


def agents_that_disagree(answers: Answers, truth: Truth) -> set[str]:
    return {one.agent for one in outages_that_disagree(answers, truth)}


def test_each_room_hears_its_access_point_as_loudly_as_simulated(answers: Answers, truth: Truth) -> None:
    last_day = seconds(truth["history"]["end"]) - 86_400
    heard: dict[str, list[float]] = {}
    for site in answers.sites:
        for room, _, _, at_s, (signal_dbm,) in answers.rows("link", "signal_average_dbm", site=site):
            if at_s >= last_day and signal_dbm is not None:
                heard.setdefault(room, []).append(signal_dbm)
    loud = {room: told["signal_dbm"] for room, told in truth["rooms"].items()}
    (silent,) = (answers.latest[one["agent"]]["room"] for one in truth["silent_agents"])
    reached = {room: dbm for room, dbm in loud.items() if dbm is not None and room != silent}
    assert len(reached) == 58
    found = {room: median(heard[room]) for room in reached}
    assert found == pytest.approx(reached, abs=1.5)


def test_the_dead_room_is_named(answers: Answers, truth: Truth) -> None:
    assert dead_rooms(answers) == set(truth["dead_rooms"])


def test_the_silent_agent_is_named_and_since_when(answers: Answers, truth: Truth) -> None:
    (expected,) = truth["silent_agents"]
    found = silent_agents(answers)
    assert list(found) == [expected["agent"]]
    assert 0 <= seconds(expected["since"]) - found[expected["agent"]] <= truth["cadence_s"]


def test_the_new_access_point_helped_its_rooms(answers: Answers, truth: Truth) -> None:
    (new,) = [one for one in truth["interventions"] if one["helped"]]
    for room in new["rooms"]:
        before, after = before_and_after(answers, [room], new["at"], "link", "signal_average_dbm")
        assert before == pytest.approx(new["signal_dbm"][room]["before"], abs=1.5)
        assert after == pytest.approx(new["signal_dbm"][room]["after"], abs=1.5)
        slow, fast = before_and_after(
            answers, [room], new["at"], "throughput", "download_mbps", target="reference"
        )
        assert fast > 2 * slow


def test_another_channel_helped_nobody(answers: Answers, truth: Truth) -> None:
    (new,) = [one for one in truth["interventions"] if not one["helped"]]
    before, after = before_and_after(answers, new["rooms"], new["at"], "link", "signal_average_dbm")
    assert abs(after - before) <= 1
    # While residents sleep: a Sunday's day is no Monday's, whatever the channel.
    before, after = before_and_after(
        answers, new["rooms"], new["at"], "gateway", "median_ms", of_all=quietest
    )
    assert after == pytest.approx(before, rel=0.07)
    before, after = before_and_after(answers, new["rooms"], new["at"], "link", "frequency_mhz")
    assert before != after, "and yet it was another channel"


def test_reports_are_numbered_without_a_gap(answers: Answers) -> None:
    numbers: dict[str, list[int]] = {}
    for site in answers.sites:
        for _, agent, _, _, (sequence,) in answers.rows("report", "sequence", site=site):
            numbers.setdefault(agent, []).append(sequence)
    assert len(numbers) == 70
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    quietest = min(len(found) for found in numbers.values())
    assert quietest < max(len(found) for found in numbers.values()) == DAYS * 96


def test_what_is_latest_is_live_and_not_of_the_past(answers: Answers, truth: Truth) -> None:
    silent = {one["agent"] for one in truth["silent_agents"]}
    for agent, one in answers.latest.items():
        if agent not in silent:
            assert seconds(one["taken"]) > seconds(truth["history"]["end"])


def test_the_dead_room_has_been_offline_since_the_history_began(answers: Answers, truth: Truth) -> None:
    (dead,) = [one for one in answers.latest.values() if one["room"] in truth["dead_rooms"]]
    begun_s = seconds(truth["history"]["begin"])
    assert 0 <= seconds(dead["offline_since"]) - begun_s <= truth["cadence_s"]


def test_the_annexe_s_names_are_nowhere_but_in_the_records(demo: Demo) -> None:
    assert where_it_leaks(demo) == []
    planted = demo.temporary / "buildings" / "planted.log"
    planted.write_text(f"no answer from {WITHHELD[0]}")
    assert where_it_leaks(demo) == ["buildings/planted.log"]


def where_it_leaks(demo: Demo) -> list[str]:
    """The files and pages in which a confidential name stands."""
    kept = [file for file in demo.temporary.rglob("*") if file.is_file() and "records.db" not in file.name]
    seen = {str(file.relative_to(demo.temporary)): file.read_bytes() for file in kept} | {
        "what it said": demo.said()
    }
    seen |= {path: demo.page(path) for path in ("/", "/metrics", "/api/v1/sites", "/api/v1/latest")}
    assert {"truth.json", "buildings/orders.json", "series.duckdb"} <= seen.keys()
    return [where for where, text in seen.items() if leaks(text, WITHHELD)]


def test_the_truth_names_no_place(demo: Demo) -> None:
    assert leaks((demo.temporary / "truth.json").read_text(), WITHHELD) == []


def test_without_the_truth_file_the_answers_are_the_same(demo: Demo, truth: Truth) -> None:
    file = demo.temporary / "truth.json"
    hidden = file.rename(demo.inside.with_name("hidden.json"))
    try:
        asked_anew = Answers(demo.facts, truth)
        assert outages_that_disagree(asked_anew, truth) == []
        assert dead_rooms(asked_anew) == set(truth["dead_rooms"])
        assert "Alder Court" in demo.page("/")
    finally:
        hidden.rename(file)
