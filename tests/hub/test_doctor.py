"""One cause, one action."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from examples import a_report
from hubs import roomreach
from roomreach.identifiers import AgentId, OutboxId
from roomreach.online import Online
from roomreach.places import Agent
from roomreach.report import Key
from roomreach.wire import encode_report
from roomreach_hub.doctor import CHECKS, Finding, Situation, checks, examine, hearing
from roomreach_hub.folder import Folder
from roomreach_store.records import kept, latest, places, quarantine

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
AGENT = AgentId("a-bcdfghjkmn")


@pytest.fixture
def situation(tmp_path: Path) -> Situation:
    folder = Folder(tmp_path / "hub")
    with folder.records():
        return Situation(folder=folder, now=NOW)


def well(_: Situation) -> Finding:
    return Finding("well")


def ill(_: Situation) -> Finding:
    return Finding("ill", "mend it")


def test_the_first_cause_is_told_and_what_depends_on_it_is_not_asked(situation: Situation) -> None:
    found = examine(situation, {"one": well, "two": ill, "three": well, "four": ill})
    assert [finding.said for finding in found.well] == ["well"]
    assert found.cause == Finding("ill", "mend it")
    assert found.unasked == ("three", "four")


def test_when_all_is_well_there_is_no_cause(situation: Situation) -> None:
    found = examine(situation, {"one": well, "two": well})
    assert (found.cause, len(found.well), found.unasked) == (None, 2, ())


def test_a_folder_that_is_not_there_is_the_first_cause(tmp_path: Path) -> None:
    found = examine(Situation(folder=Folder(tmp_path / "none"), now=NOW), CHECKS)
    assert found.cause is not None
    assert found.cause.action == f"Make it: roomreach up {tmp_path / 'none'}"
    assert not (tmp_path / "none").exists()


def test_a_hub_that_does_not_run_is_told_with_the_command_that_starts_it(situation: Situation) -> None:
    found = examine(situation, CHECKS)
    assert found.cause == Finding(
        "no hub runs in this folder", f"Start it: roomreach up {situation.folder.path}"
    )
    assert found.unasked == ("stores", "broker", "collector", "agents", "heard", "unplaced", "refused")


def test_damaged_records_are_told(situation: Situation) -> None:
    situation.folder.records_file.write_bytes(b"no database " * 1_000)
    found = checks.records(situation)
    assert found.said.endswith("are damaged")
    assert "backup" in found.action


def test_a_disk_almost_full_is_told(situation: Situation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LEAST_FREE_BYTES", 10**18)
    assert "MB are free" in checks.disk(situation).said


def test_an_agent_never_heard_is_told(situation: Situation) -> None:
    found = checks.heard(situation)
    assert found.said == "no agent on record has ever been heard"
    assert "access list" in found.action


def test_a_stranger_that_is_heard_is_none_of_the_agents_on_record(situation: Situation) -> None:
    hear(situation, timedelta(seconds=100))
    assert checks.heard(situation).said == "no agent on record has ever been heard"


@pytest.mark.parametrize(("lost_s", "blamed"), [(29, False), (31, True)])
def test_a_collector_on_its_way_back_to_the_broker_is_not_blamed(lost_s: float, blamed: bool) -> None:
    said = {"alive": 1, "connected": 0, "lost_seconds": lost_s, "waiting": 0, "lag_seconds": 0}
    metrics = "".join(f"roomreach_collector_{name} {value}\n" for name, value in said.items())
    assert (hearing.fault(metrics) is not None) is blamed


def test_an_agent_heard_long_ago_is_told_with_how_long(situation: Situation) -> None:
    record(situation)
    hear(situation, timedelta(hours=3))
    assert "for 3 hours" in checks.heard(situation).said


def test_an_agent_heard_just_now_is_well(situation: Situation) -> None:
    record(situation)
    hear(situation, timedelta(seconds=100))
    assert checks.heard(situation) == Finding("1 of 1 agents heard just now")


def test_reports_without_a_room_are_told_with_the_command_that_places_them(situation: Situation) -> None:
    assert not checks.unplaced(situation).action
    with situation.folder.records() as records, records.transaction() as c:
        kept.keep(
            c,
            [
                kept.Kept(
                    why=kept.Why.UNPLACED,
                    key=Key(AGENT, OutboxId("o-bcdfghjkmn"), 1),
                    taken_ms=NOW_MS,
                    received_ms=NOW_MS,
                    digest="0" * 16,
                    payload=b"{}",
                )
            ],
        )
    found = checks.unplaced(situation)
    assert found.action.startswith(f"roomreach agents add --agent {AGENT} ")


@pytest.mark.parametrize(("days", "told"), [(0, True), (2, False)])
def test_only_what_was_refused_lately_is_told(situation: Situation, days: int, told: bool) -> None:
    refuse(situation, NOW_MS - days * 86_400_000)
    assert bool(checks.refused(situation).action) is told


def test_the_command_prints_ticks_then_one_cause_and_one_action(situation: Situation) -> None:
    folder = situation.folder.path
    done = roomreach("doctor", "--in", folder)
    lines = done.printed.splitlines()
    assert done.code == 1
    assert lines[0] == f"✓ the folder {folder} can be written to"
    assert lines[-2:] == ["✗ no hub runs in this folder", f"  Start it: roomreach up {folder}"]


def test_the_command_tells_a_program_the_same(situation: Situation) -> None:
    done = roomreach("doctor", "--json", "--in", situation.folder.path)
    assert done.code == 1
    assert '"cause": "no hub runs in this folder"' in done.printed


def record(situation: Situation) -> None:
    with situation.folder.records() as records, records.transaction() as c:
        places.add_agent(c, Agent(id=AGENT))


def hear(situation: Situation, ago: timedelta) -> None:
    taken_ms = NOW_MS - ago // timedelta(milliseconds=1)
    with situation.folder.records() as records, records.transaction() as c:
        latest.merge(
            c,
            [
                latest.Heard(
                    agent=AGENT,
                    taken_ms=taken_ms,
                    received_ms=taken_ms,
                    payload=encode_report(a_report(agent=AGENT, taken_ms=taken_ms)),
                    online=Online.YES,
                )
            ],
        )


def refuse(situation: Situation, received_ms: int) -> None:
    with situation.folder.records() as records, records.transaction() as c:
        quarantine.keep(
            c,
            [
                quarantine.Quarantined(
                    topic="roomreach/v1",
                    agent=None,
                    outbox=None,
                    sequence=None,
                    reason="malformed",
                    detail="",
                    digest="0" * 16,
                    size=1,
                    payload=b"x",
                    received_ms=received_ms,
                )
            ],
        )
