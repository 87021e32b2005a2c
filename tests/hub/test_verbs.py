"""What an operator types, and what comes back."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from examples import a_report
from hubs import facts, in_a_process, roomreach
from roomreach.identifiers import AgentId
from roomreach.online import Online
from roomreach.wire import digest, encode_report
from roomreach_agent.settings import load
from roomreach_hub.folder import Folder
from roomreach_store.records import latest, places, quarantine

NORTHGATE = (
    "sites", "add", "--name", "Northgate House", "--provider", "Northgate Homes", "--authority", "Hackney",
    "--category", "hostel", "--safeguarding", "none",
)  # fmt: skip
REFUGE = (
    "sites", "add", "--name", "Rowan Refuge", "--provider", "Rowan Trust", "--authority", "E09000025",
    "--category", "hostel",
)  # fmt: skip


def test_a_site_is_put_on_record_and_listed(tmp_path: Path) -> None:
    added = facts(*NORTHGATE, "--room", "12", "--room", "14", "--room", "12", "--in", tmp_path)
    assert [room["label"] for room in added["rooms"]] == ["12", "14"]
    (listed,) = facts("sites", "list", "--in", tmp_path)["sites"]
    assert listed == {
        "site": added["site"],
        "called": "Northgate House",
        "provider": "Northgate Homes",
        "authority": "Hackney",
        "category": "hostel",
        "confidential": False,
        "trial": False,
        "rooms": 2,
        "agents": 0,
    }


def test_two_sites_of_one_provider_share_it(tmp_path: Path) -> None:
    for name in ("Northgate House", "Southgate House"):
        facts(*NORTHGATE[:3], name, *NORTHGATE[4:], "--in", tmp_path)
    with Folder(tmp_path).records() as records, records.reading() as c:
        assert len(places.register(c).providers) == 1


def test_a_site_without_a_class_counts_as_confidential_and_no_list_names_it(tmp_path: Path) -> None:
    added = roomreach(*REFUGE, "--in", tmp_path)
    site = added.printed.strip()
    assert site.startswith("s-")
    assert f"counts as confidential: it is shown as {site} only" in added.told
    installed = roomreach("agents", "add", "--site", site, "--room", "The blue room", "--in", tmp_path)
    assert installed.code == 0, installed.told
    for words in (
        ("sites", "list"),
        ("agents", "list"),
        ("sites", "list", "--json"),
        ("agents", "list", "--json"),
    ):
        listed = roomreach(*words, "--in", tmp_path)
        assert site in listed.printed
        for secret in ("Rowan", "Newham", "blue room"):
            assert secret not in listed.printed + listed.told + installed.told


def test_an_agent_is_put_in_a_room_and_its_settings_are_ready(tmp_path: Path) -> None:
    site = facts(*NORTHGATE, "--room", "12", "--in", tmp_path)["site"]
    Folder(tmp_path).keep_broker_port(18831)
    made = facts("agents", "add", "--site", site, "--room", "12", "--in", tmp_path)
    settings = tomllib.loads(made["settings"])
    assert settings["agent"] == made["agent"]
    assert settings["broker"] == {"host": "127.0.0.1", "port": 18831}
    other = facts("agents", "add", "--site", site, "--room", "14", "--role", "reference", "--in", tmp_path)
    assert other["room"] != made["room"]
    listed = facts("agents", "list", "--in", tmp_path)["agents"]
    assert {(one["agent"], one["label"], one["role"]) for one in listed} == {
        (made["agent"], "12", "room"),
        (other["agent"], "14", "reference"),
    }
    assert all(one["online"] is None and not one["heard"] for one in listed)
    assert facts("sites", "list", "--in", tmp_path)["sites"][0]["agents"] == 2


def test_settings_are_written_to_a_file_that_the_agent_accepts_and_never_over_another(tmp_path: Path) -> None:
    site = facts(*NORTHGATE, "--in", tmp_path / "hub")["site"]
    file = tmp_path / "agent.toml"
    words = ("agents", "add", "--site", site, "--room", "12", "--write", file)
    made = roomreach(*words, "--in", tmp_path / "hub")
    assert load(file).agent == made.printed.strip()
    again = roomreach(*words, "--in", tmp_path / "hub")
    assert again.code == 2
    assert "exists already" in again.told
    assert len(facts("agents", "list", "--in", tmp_path / "hub")["agents"]) == 1


def test_no_settings_file_is_left_of_an_agent_that_could_not_be_put_on_record(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    words = ("agents", "add", "--site", "s-bcdfghjkmn", "--room", "12", "--in", tmp_path / "hub", "--write")
    assert "is not on record" in roomreach(*words, file).told
    assert not file.exists()
    nowhere = roomreach(*words, tmp_path / "absent" / "agent.toml")
    assert (nowhere.code, "cannot be written" in nowhere.told) == (2, True)


def test_an_agent_moves_to_another_room_from_a_moment_on(tmp_path: Path) -> None:
    site = facts(*NORTHGATE, "--in", tmp_path)["site"]
    begun = ("--since", "2026-11-01T10:00Z")
    first = facts("agents", "add", "--site", site, "--room", "12", *begun, "--in", tmp_path)
    agent = first["agent"]
    moved = facts(
        "agents", "add", "--site", site, "--room", "14", "--agent", agent,
        "--since", "2026-11-08T10:00+00:00", "--in", tmp_path,
    )  # fmt: skip
    assert moved["agent"] == agent
    (listed,) = facts("agents", "list", "--in", tmp_path)["agents"]
    assert (listed["label"], listed["since"]) == ("14", "2026-11-08T10:00:00Z")


def test_what_an_agent_said_last_is_listed_with_its_age(tmp_path: Path) -> None:
    site = facts(*NORTHGATE, "--in", tmp_path)["site"]
    agent = AgentId(facts("agents", "add", "--site", site, "--room", "12", "--in", tmp_path)["agent"])
    hear(tmp_path, agent)
    (listed,) = facts("agents", "list", "--in", tmp_path)["agents"]
    assert (listed["heard"], listed["online"]) == (True, "yes")
    words = roomreach("agents", "list", "--in", tmp_path).printed
    assert "Northgate House, 12" in words
    assert "seconds ago" in words
    assert "yes: everything asked answered" in words


def hear(folder: Path, agent: AgentId) -> None:
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    report = a_report(agent=agent, taken_ms=now_ms)
    with Folder(folder).records() as records, records.transaction() as c:
        heard = latest.Heard(
            agent=agent,
            taken_ms=now_ms,
            received_ms=now_ms,
            payload=encode_report(report),
            online=Online.YES,
        )
        latest.merge(c, [heard])


def test_what_was_refused_is_listed_and_shown_without_its_control_characters(tmp_path: Path) -> None:
    payload = b'{"v":1,\x1b[2J'
    entry = quarantine.Quarantined(
        topic="roomreach/v1/agents/\x1b[31mx/reports/1",
        agent=None,
        outbox=None,
        sequence=None,
        reason="malformed",
        detail="this is not JSON",
        digest=digest(payload),
        size=len(payload),
        payload=payload,
        received_ms=1_795_348_800_000,
    )
    assert "Nothing is in quarantine" in roomreach("quarantine", "list", "--in", tmp_path).told
    with Folder(tmp_path).records() as records, records.transaction() as c:
        quarantine.keep(c, [entry])
    listed = facts("quarantine", "list", "--in", tmp_path)
    assert (listed["total"], listed["by_reason"]) == (1, {"malformed": 1})
    number = str(listed["entries"][0]["number"])
    shown = roomreach("quarantine", "show", number, "--in", tmp_path)
    assert "malformed: this is not JSON" in shown.told
    assert '{"v":1,\\x1b[2J' in shown.printed
    for done in (shown, roomreach("quarantine", "list", "--in", tmp_path)):
        assert "\x1b" not in done.printed + done.told
    missing = roomreach("quarantine", "show", "999", "--in", tmp_path)
    assert (missing.code, "999" in missing.told) == (2, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((*NORTHGATE[:7], "Atlantis", *NORTHGATE[8:]), "The authority cannot be that: no London authority"),
        (("agents", "add", "--site", "s-bcdfghjkmn", "--room", "1"), "s-bcdfghjkmn is not on record"),
        (("agents", "add", "--site", "s-x", "--room", "1", "--since", "now"), "'now' is no moment"),
        (
            ("agents", "add", "--site", "s-x", "--room", "1", "--since", "2026-11-22T10:00"),
            "has no time zone",
        ),
        (("agents", "add", "--site", "s-x", "--room", "1", "--agent", "Bob"), "'Bob' is no identifier"),
        (("agents", "add", "--site", "s-x", "--room", "1"), "'s-x' is no identifier"),
        (
            ("agents", "add", "--site", "s-x", "--room", "1", "--since", "1926-11-22T10:00Z"),
            "which year is meant?",
        ),
        (("sites", "ad"), "Did you mean 'add'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = roomreach(*words, "--in", tmp_path)
    assert done.code == 2
    assert sentence in " ".join(done.told.replace("│", " ").split())


def test_a_folder_that_cannot_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = roomreach("sites", "list", "--in", tmp_path / "file" / "folder")
    assert done.code == 2
    assert "cannot be used: Not a directory" in done.told


def test_every_command_shows_one_example() -> None:
    for words in (
        ("up",), ("demo",), ("doctor",), ("sites", "list"), ("sites", "add"), ("agents", "list"),
        ("agents", "add"), ("quarantine", "list"), ("quarantine", "show"),
    ):  # fmt: skip
        text = roomreach(*words, "--help").printed
        assert f"Example: roomreach {' '.join(words)}" in text


def test_the_folder_may_be_named_by_the_environment(tmp_path: Path) -> None:
    done = in_a_process("sites", "list", "--json", environment={"ROOMREACH_DIR": str(tmp_path)})
    assert (done.code, json.loads(done.printed)) == (0, {"sites": []})
