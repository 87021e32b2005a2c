"""The operator's commands do the same whether the hub runs or not, and through the hub when it does."""

import json
import os
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from hubs import Up, facts, roomreach
from roomreach.identifiers import AgentId
from roomreach_hub.folder import Folder
from roomreach_store.records import Records, jobs, places, quarantine
from servers import wait_until

HEAD = "provider,site,authority,category,safeguarding,room\n"
FILE = (
    HEAD + "Northgate Homes,Northgate House,Hackney,hostel,none,12\n"
    "Northgate Homes,Northgate House,Hackney,hostel,none,14\n"
    "Northgate Homes,Rowan Refuge,Newham,hostel,,The blue room\n"
    "Northgate Homes,Rowan Annexe,Atlantis,hostel,none,1\n"
)


@pytest.fixture(params=["stopped", pytest.param("running")])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A hub's folder, with and without its hub."""
    with ExitStack() as stack:
        if request.param == "running":
            stack.enter_context(Up(tmp_path / "hub"))
        yield tmp_path / "hub"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sites.csv"
    path.write_text(FILE)
    return path


def test_an_operator_imports_exports_moves_and_replays(folder: Path, file: Path, tmp_path: Path) -> None:
    dry = roomreach("sites", "import", file, "--dry-run", "--in", folder)
    assert facts("sites", "list", "--in", folder) == {"sites": []}
    done = roomreach("sites", "import", file, "--in", folder)
    assert (dry.code, done.code, dry.printed) == (1, 1, done.printed)
    assert done.printed.split()[3:5] == ["5", "authority"]
    assert "nothing was written" in dry.told
    assert "3 add 1 providers, 2 sites" in done.told
    again = roomreach("sites", "import", file, "--json", "--in", folder)
    assert json.loads(again.printed)["known"] == 3
    assert "Rowan" not in done.printed + done.told + again.printed + again.told

    exported = tmp_path / "exported.csv"
    assert roomreach("sites", "export", "--write", exported, "--in", folder).code == 0
    assert b"Northgate House" in exported.read_bytes()
    assert b"Rowan" not in exported.read_bytes()
    other = tmp_path / "other"
    assert roomreach("sites", "import", exported, "--in", other).code == 0
    assert roomreach("sites", "export", "--write", tmp_path / "twin.csv", "--in", other).code == 0
    assert (tmp_path / "twin.csv").read_bytes() == exported.read_bytes()

    site = next(one["site"] for one in facts("sites", "list", "--in", folder)["sites"] if one["called"])
    agent = facts(
        "agents", "add", "--site", site, "--room", "12", "--since", "2026-11-01T09:00Z", "--in", folder
    )["agent"]
    moved = facts("agents", "move", agent, "--room", "14", "--since", "2026-11-05T09:00Z", "--in", folder)
    with Folder(folder).records() as records, records.reading() as c:
        stays = places.register(c).installations[AgentId(agent)]
    assert [stay.room for stay in stays][1:] == [moved["room"]]
    wrong = roomreach("agents", "move", agent, "--room", "99", "--since", "2026-11-05T09:00Z", "--in", folder)
    assert (wrong.code, "no such room" in wrong.told) == (2, True)
    early = roomreach("agents", "move", agent, "--room", "14", "--since", "2026-10-05T09:00Z", "--in", folder)
    assert (early.code, "say until when" in " ".join(early.told.split())) == (2, True)

    refused(folder)
    replayed = roomreach("quarantine", "replay", "--reason", "malformed", "--json", "--in", folder)
    (one,) = json.loads(replayed.printed)["replays"]
    if Folder(folder).running():
        assert (replayed.code, one["outcome"]) == (1, "refused")
        assert "refused again, malformed" in one["detail"]
        wait_until(lambda: ended(folder, moved["job"]), "the end of the move's job", 30)
    else:
        assert (replayed.code, one["outcome"]) == (0, None)


def test_in_a_deployment_a_replay_waits_for_the_collector_that_runs_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/records.db"
    monkeypatch.setenv("ROOMREACH_RECORDS", url)
    refused(tmp_path)

    def collect() -> None:
        with closing(Records.open(url)) as records:
            wait_until(lambda: _waiting(records), "the job being asked for")
            time.sleep(0.5)
            with records.transaction() as c:
                jobs.end(c, 1, 1_795_348_800_000, jobs.Outcome.DONE, "stored")

    with ThreadPoolExecutor(1) as collector:
        done = collector.submit(collect)
        replayed = roomreach("quarantine", "replay", "1", "--json", "--in", tmp_path)
        done.result()
    assert json.loads(replayed.printed)["replays"] == [
        {"entry": 1, "job": 1, "outcome": "done", "detail": "stored"}
    ]
    asked = roomreach("quarantine", "replay", "1", "--wait", "0", "--in", tmp_path)
    assert "by the collector, when it runs" in " ".join(asked.told.split())


def _waiting(records: Records) -> bool:
    with records.reading() as c:
        return bool(jobs.waiting(c, 1))


def ended(folder: Path, job: int) -> bool:
    from roomreach_hub.operating import operations  # noqa: PLC0415 - the hub runs by now

    with operations(Folder(folder)) as operator:
        return operator.job(job)["outcome"] == "done"


def refused(folder: Path) -> None:
    payload = b'{"v":1,'
    entry = quarantine.Quarantined(
        topic="roomreach/v1/agents/a-tester22/reports/o-tester22/1",
        agent=None,
        outbox=None,
        sequence=None,
        reason="malformed",
        detail="",
        digest="0" * 16,
        size=len(payload),
        payload=payload,
        received_ms=1_795_348_800_000,
    )
    with Folder(folder).records() as records, records.transaction() as c:
        quarantine.keep(c, [entry])


def test_the_secret_is_new_at_every_start_and_for_its_user_alone(tmp_path: Path, file: Path) -> None:
    token = tmp_path / "hub" / "operator.token"
    with Up(tmp_path / "hub"):
        first = token.read_text()
    with Up(tmp_path / "hub"):
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
        assert token.read_text() != first
        token.write_text("wrong")
        done = roomreach("sites", "import", file, "--in", tmp_path / "hub")
        assert (done.code, "operator" in done.told) == (2, True)
        token.unlink()
        done = roomreach("sites", "import", file, "--in", tmp_path / "hub")
        assert (done.code, "as the user who runs the hub" in " ".join(done.told.split())) == (2, True)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    done = roomreach("sites", "import", tmp_path / "absent.csv", "--in", tmp_path)
    assert (done.code, "No such file" in done.told) == (2, True)
    (tmp_path / "empty.csv").write_bytes(b"")
    done = roomreach("sites", "import", os.fspath(tmp_path / "empty.csv"), "--in", tmp_path)
    assert (done.code, "missing: provider" in " ".join(done.told.split())) == (2, True)


def test_every_command_shows_one_example() -> None:
    for words in (("sites", "import"), ("sites", "export"), ("agents", "move"), ("quarantine", "replay")):
        assert f"Example: roomreach {' '.join(words)}" in roomreach(*words, "--help").printed
