"""Every command says and does the same, whether it asks the hub that runs or opens the folder of one that
does not; and while the hub runs, it opens no records.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from examples import a_report
from hubs import Done, Up, roomreach
from roomreach.identifiers import AgentId
from roomreach.moments import milliseconds
from roomreach.online import Online
from roomreach.wire import digest, encode_report
from roomreach_hub.folder import Folder
from roomreach_hub.operating import Operations, operations
from roomreach_hub.operating.remote import Remote
from roomreach_hub.verbs import agents, quarantine, sites
from roomreach_store.records import kept as kept_whole
from roomreach_store.records import latest
from roomreach_store.records import quarantine as refusals

OPEN = (
    "sites", "add", "--name", "Northgate House", "--provider", "Northgate Homes", "--authority", "Hackney",
    "--category", "hostel", "--safeguarding", "none", "--room", "12", "--room", "14",
)  # fmt: skip
SECRET = (
    "sites", "add", "--name", "Rowan Refuge", "--provider", "Rowan Trust", "--authority", "E09000025",
    "--category", "hostel", "--room", "The blue room",
)  # fmt: skip
STRANGER = AgentId("a-stranger22")
BEGUN = ("--since", "2026-11-01T10:00Z")
CODE = re.compile(r"\b[psbra]-[a-z0-9]{6,24}\b")


def code_of(folder: Path, *words: str) -> str:
    return roomreach(*words, "--in", folder).printed.strip()


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose hub does not run, with something of everything."""
    folder = tmp_path_factory.mktemp("asked-or-opened") / "stopped"
    site, refuge = code_of(folder, *OPEN), code_of(folder, *SECRET)
    write = folder / "agent.toml"
    heard, old, hidden = (
        AgentId(code_of(folder, "agents", "add", "--site", at, "--room", room, *BEGUN, "--write", str(write)))
        for at, room in ((site, "12"), (site, "14"), (refuge, "The blue room"))
        if write.unlink(missing_ok=True) is None
    )
    code_of(folder, "agents", "add", "--site", site, "--room", "16", "--since", "2090-01-01T00:00Z")
    days = timedelta(days=1)
    hear(folder, {heard: timedelta(), old: 10 * days, hidden: 2 * days, STRANGER: 3 * days})
    refuse(folder)
    return folder


@pytest.fixture(scope="module")
def known(stopped: Path) -> dict[str, str]:
    """The codes of its two sites, which its copy has too."""
    listed = json.loads(roomreach("sites", "list", "--json", "--in", stopped).printed)["sites"]
    return {"REFUGE" if site["confidential"] else "SITE": site["site"] for site in listed}


@pytest.fixture(scope="module")
def running(stopped: Path) -> Iterator[Path]:
    """A copy of that folder, whose hub runs."""
    folder = stopped.with_name("running")
    shutil.copytree(stopped, folder)
    with Up(folder):
        yield folder


def hear(folder: Path, spoke: dict[AgentId, timedelta]) -> None:
    now = datetime.now(UTC)
    with Folder(folder).records() as records, records.transaction() as c:
        for agent, ago in spoke.items():
            taken_ms = milliseconds(now - ago)
            report = a_report(agent=agent, taken_ms=taken_ms)
            payload = encode_report(report)
            said = latest.Heard(
                agent=agent, taken_ms=taken_ms, received_ms=taken_ms, payload=payload, online=Online.YES
            )
            latest.merge(c, [said])
            if agent == STRANGER:
                waits = kept_whole.Kept(
                    why=kept_whole.Why.UNPLACED,
                    key=report.key,
                    taken_ms=taken_ms,
                    received_ms=taken_ms,
                    digest=digest(payload),
                    payload=payload,
                )
                kept_whole.keep(c, [waits])


def refuse(folder: Path) -> None:
    with Folder(folder).records() as records, records.transaction() as c:
        for number, payload in enumerate((b'{"v":1,\x1b[2J', b"\xff\x00{", b"")):
            entry = refusals.Quarantined(
                topic="roomreach/v1/agents/\x1b[31mx/reports/1",
                agent=AgentId("a-tester22") if number else None,
                outbox=None,
                sequence=number or None,
                reason=("malformed", "not_storable")[number % 2],
                detail="this is not JSON — at all",
                digest=digest(payload),
                size=len(payload),
                payload=payload,
                received_ms=1_795_348_800_000 + number,
            )
            refusals.keep(c, [entry])


READS: dict[str, Callable[[Operations], object]] = {
    "sites": lambda operator: operator.sites(),
    "agents": lambda operator: operator.agents(),
    "quarantine": lambda operator: operator.quarantine(2),
    "quarantined": lambda operator: [operator.quarantined(number) for number in (1, 2, 3)],
    "export": lambda operator: operator.export_sites(),
}


@pytest.mark.parametrize("name", READS)
def test_a_hub_and_its_folder_give_the_same_facts(stopped: Path, running: Path, name: str) -> None:
    found = []
    for folder in (stopped, running):
        with operations(Folder(folder)) as operator:
            assert isinstance(operator, Remote) is (folder == running)
            facts = READS[name](operator)
        if isinstance(facts, dict) and "as_of" in facts:
            as_of = datetime.fromisoformat(facts.pop("as_of"))
            assert timedelta() <= datetime.now(UTC) - as_of < timedelta(minutes=1)
        found.append(facts)
    assert found[0] == found[1]
    assert found[0]


READING = [
    ("sites", "list"),
    ("agents", "list"),
    ("quarantine", "list"),
    ("quarantine", "list", "--limit", "1"),
    *(("quarantine", "show", number) for number in ("1", "2", "3", "999", "0", "-1")),
]
SAME = [
    *READING,
    (*OPEN, "--room", "12", "--room", " 16  a "),
    SECRET,
    *((*OPEN, "--room", label) for label in ("", "x" * 201, "\x1b[2J")),
    *((*OPEN[:3], name, *OPEN[4:]) for name in ("", "  ", "x" * 201, "Söhnes \N{SNOWMAN} House")),
    *((*OPEN[:5], name, *OPEN[6:]) for name in ("", "NORTHGATE  homes", "p-bcdfghjkmn", "Söhne")),
    *((*OPEN[:7], name, *OPEN[8:]) for name in ("", "Atlantis", "e09000012", "E09000034")),
    ("agents", "add", "--site", "s-zzzzzzzzzz", "--room", "1"),
    ("agents", "add", "--site", "northgate", "--room", "1"),
    *(
        ("agents", "add", "--site", "SITE", "--room", room, *BEGUN)
        for room in ("12", "  12 ", "a new one", "r-zzzzzzzzzz", "", "x" * 201)
    ),
    ("agents", "add", "--site", "SITE", "--room", "12", "--agent", STRANGER, "--role", "reference", *BEGUN),
    ("agents", "add", "--site", "SITE", "--room", "14", "--agent", STRANGER, *BEGUN),
    ("agents", "add", "--site", "SITE", "--room", "14", "--agent", STRANGER, "--since", "2019-12-31T23:00Z"),
    ("agents", "add", "--site", "REFUGE", "--room", "The red room"),
    *READING,
]


def test_every_command_prints_the_same_asked_or_opened(
    stopped: Path, running: Path, known: dict[str, str]
) -> None:
    codes = {*known.values(), STRANGER}
    for words in SAME:
        named = [known.get(word, word) for word in words]
        for more in ([], ["--json"]) if words in READING else (["--json"],):
            opened, asked = (
                told(roomreach(*named, *more, "--in", folder), codes, as_json=bool(more))
                for folder in (stopped, running)
            )
            assert opened == asked, words
            for secret in ("Rowan", "Newham", "blue room", "red room"):
                assert secret not in str(asked), words


def told(done: Done, known: Collection[str], *, as_json: bool) -> tuple[int, object, str]:
    """What was said: of new codes that they are new, of the seconds that passed nothing; lists in order."""

    def plain(text: str) -> str:
        text = CODE.sub(lambda found: found[0] if found[0] in known else f"{found[0][0]}-new", text)
        text = re.sub(r"\b\d+ (seconds?|minutes?) ago", "just now", text)
        text = re.sub(r"port = \d+|\d+:127\.0\.0\.1:\d+", "PORT", text)
        return re.sub(r'(?<="since": ")20(?!26-11-01|90)[^"]*|20\d\d-\d\d-\d\d \d\d:\d\d UTC', "SINCE", text)

    printed = plain(done.printed)
    facts = json.loads(printed) if as_json and done.code == 0 else {"lines": printed.splitlines()}
    for listed in facts.values():
        if isinstance(listed, list):
            listed.sort(key=json.dumps)
    return done.code, facts, plain(done.told)


# An audit hook sees every database that this process opens, whoever opens it and however.
WATCHED = """
import json, sys
opened = []
sys.addaudithook(lambda event, details: opened.append(1) if event == "sqlite3.connect" else None)
from roomreach_hub.__main__ import main
found = []
for words in json.load(sys.stdin):
    opened.clear()
    try:
        main(words)
    except SystemExit as ended:
        found.append([int(ended.code or 0), len(opened)])
print("found", json.dumps(found))
"""


def test_while_the_hub_runs_no_command_opens_the_records(
    stopped: Path, running: Path, known: dict[str, str]
) -> None:
    file = stopped.with_name("sites.csv")
    file.write_text("provider,site,authority,category,safeguarding,room\nA,B,Hackney,hostel,none,1\n")
    verbs = [
        ["sites", "list"],
        list(OPEN),
        ["sites", "import", str(file)],
        ["sites", "export"],
        ["agents", "list"],
        ["agents", "add", "--site", known["SITE"], "--room", "12"],
        ["agents", "move", STRANGER, "--room", "12", "--site", known["SITE"], "--since", "2026-11-19T10:00Z"],
        ["quarantine", "list"],
        ["quarantine", "show", "1"],
        ["quarantine", "replay", "1", "--wait", "0"],
    ]
    everything = {
        (name, command.name or command.callback.__name__.rstrip("_"))
        for name, app in (("sites", sites.app), ("agents", agents.app), ("quarantine", quarantine.app))
        for command in app.registered_commands
        if command.callback
    }
    assert everything == {(words[0], words[1]) for words in verbs}
    for folder in (running, stopped):
        asked = [[*words, "--in", str(folder)] for words in verbs]
        done = subprocess.run(
            [sys.executable, "-c", WATCHED],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        found = json.loads(done.stdout.rpartition("found ")[2])
        for words, (code, opened) in zip(verbs, found, strict=True):
            assert (opened == 0) is (folder == running), words
            assert code == 0 or words[1] in {"replay", "move"}, (words, done.stderr)
