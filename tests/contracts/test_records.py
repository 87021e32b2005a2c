"""What the records promise, whichever database they stand in. Their modules' own tests run on both too."""

import logging
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from postgres import PostgreSQL
from roomreach.errors import Conflict, Refused
from roomreach.identifiers import AgentId, OutboxId, ProviderId, SiteId
from roomreach.online import Online
from roomreach.places import Agent, Category, Provider, Site
from roomreach.report import Key
from roomreach_store.records import Records, counters, kept, latest, places, quarantine
from roomreach_store.records.kept import Kept, Why
from roomreach_store.records.latest import Heard
from roomreach_store.records.schema import SITES

AGENT = AgentId("a-aaaaaa")
PROVIDER = Provider(id=ProviderId("p-cccccc"), name="Trust")
MOST = 2**63 - 1


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/records.db"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_schema()


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    with closing(Records.open(url)) as opened:
        yield opened


def site(name: str, id_: str = "s-aaaaaa") -> Site:
    return Site(id=SiteId(id_), provider=PROVIDER.id, host="E09000012", name=name, category=Category.HOSTEL)


def enter(records: Records, *providers: Provider) -> None:
    """Record all of them in one transaction."""
    with records.transaction() as c:
        for provider in providers:
            places.add_provider(c, provider)


def waiting(outbox: str, sequence: int = 1, payload: bytes = b"{}") -> Kept:
    return Kept(
        why=Why.UNPLACED,
        key=Key(AGENT, OutboxId(outbox), sequence),
        taken_ms=MOST,
        received_ms=MOST,
        digest="d",
        payload=payload,
    )


def test_what_fails_leaves_nothing_behind(records: Records) -> None:
    with records.transaction() as c:
        places.add_provider(c, PROVIDER)
    with pytest.raises(Conflict, match="already recorded"):
        enter(records, Provider(id=ProviderId("p-dddddd"), name="Other"), PROVIDER)
    with records.reading() as c:
        assert list(places.register(c).providers) == [PROVIDER.id]
        assert places.version(c) == 1


def test_a_conflict_that_we_find_spoils_nothing_else_in_its_transaction(records: Records) -> None:
    with records.transaction() as c:
        places.add_provider(c, PROVIDER)
        with pytest.raises(Conflict, match="already recorded"):
            places.add_provider(c, PROVIDER)
        places.add_agent(c, Agent(id=AGENT))
    with records.reading() as c:
        assert places.version(c) == 2


def test_a_contradiction_that_the_database_finds_is_a_conflict(records: Records) -> None:
    with pytest.raises(Conflict, match="contradicts what is recorded"), records.transaction() as c:
        c.execute(text("INSERT INTO buildings (id, site, name) VALUES ('b-aaaaaa', 's-nowhere', 'Main')"))


@pytest.mark.parametrize("missing", ["host", None], ids=["a value missing", "an id twice"])
def test_no_error_tells_the_name_of_a_place(records: Records, missing: str | None) -> None:
    row = {
        "id": "s-aaaaaa",
        "provider": PROVIDER.id,
        "host": "E09000012",
        "name": "The Limes",
        "category": "hostel",
        "withheld": True,
        "trial": False,
    }
    with records.transaction() as c:
        places.add_provider(c, PROVIDER)
        c.execute(insert(SITES).values(row | {"id": "s-bbbbbb"}))
    row |= {missing: None} if missing else {"id": "s-bbbbbb"}
    with pytest.raises(Conflict) as raised, records.transaction() as c:
        c.execute(insert(SITES).values(row))
    told = "".join(traceback.format_exception(raised.value))
    assert "INSERT INTO sites" in told
    assert "Limes" not in told


def test_no_log_of_statements_tells_the_name_of_a_place(
    records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "sqlalchemy.engine"), records.transaction() as c:
        places.add_provider(c, PROVIDER)
        places.add_site(c, site("The Limes"))
    assert "INSERT INTO sites" in caplog.text
    assert "Limes" not in caplog.text


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Ty'r Gân 🏠",
        "e\u0301",
        "\u202eedoc",
        "a\nb\tc",
        "%s %(x)s :y '\"\\",
        "x" * 100_000,
        "\ufffe\U0010ffff",
    ],
)
def test_a_name_comes_back_as_it_was_given(records: Records, name: str) -> None:
    with records.transaction() as c:
        places.add_provider(c, PROVIDER)
        places.add_site(c, site(name))
    with records.reading() as c:
        assert places.register(c).sites[SiteId("s-aaaaaa")].name == name


@pytest.mark.parametrize("name", ["Manor\0House", "half a pair \ud83d"])
def test_a_name_that_no_database_keeps_is_refused_by_all(records: Records, name: str) -> None:
    with records.transaction() as c:
        places.add_provider(c, PROVIDER)
        with pytest.raises(Refused, match="The name of 's-aaaaaa' holds a character"):
            places.add_site(c, site(name))
        places.add_site(c, site("Manor House"))


def test_text_is_ordered_by_code_point_and_its_case_counts(records: Records) -> None:
    outboxes = ["o-10", "o-2", "o-Z", "o-_", "o-a", "o-z", "o-é"]
    with records.transaction() as c:
        kept.keep(c, map(waiting, reversed(outboxes)))
        everything = [report.key.outbox for report in kept.unplaced(c, AGENT, None, 10)]
        assert everything == outboxes == sorted(outboxes)
        after = Key(AGENT, OutboxId("o-Z"), 1)
        assert [report.key.outbox for report in kept.unplaced(c, AGENT, after, 2)] == ["o-_", "o-a"]


def test_bytes_and_the_largest_numbers_come_back_as_they_were(records: Records) -> None:
    report = waiting("o-aaaaaa", MOST, bytes(range(256)) * 128)
    with records.transaction() as c:
        kept.keep(c, [report])
        counters.add(c, "tests", MOST)
    with records.reading() as c:
        assert kept.unplaced(c, AGENT, None, 1) == [report]
        assert type(kept.unplaced(c, AGENT, None, 1)[0].payload) is bytes
        assert counters.value(c, "tests") == MOST


def test_a_total_is_a_whole_number(records: Records) -> None:
    message = quarantine.Quarantined(
        topic="t",
        agent=None,
        outbox=None,
        sequence=None,
        reason="malformed",
        detail="",
        digest="d",
        size=5,
        payload=b"12345",
        received_ms=1,
    )
    with records.transaction() as c:
        quarantine.keep(c, [message])
        assert type(quarantine.totals(c).bytes) is int


def test_a_reader_sees_one_state_while_others_write(records: Records) -> None:
    with records.reading() as reader:
        assert places.version(reader) == 0
        with records.transaction() as writer:
            places.add_provider(writer, PROVIDER)
        assert places.version(reader) == 0
    with records.reading() as reader:
        assert places.version(reader) == 1


def test_writers_in_many_threads_wait_for_each_other_and_none_is_lost(records: Records) -> None:
    failed: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(20):
                with records.transaction() as c:
                    before = counters.value(c, "tests")
                    counters.add(c, "tests", 1)
                    assert counters.value(c, "tests") == before + 1
        except BaseException as exc:  # noqa: BLE001 - the test's own thread tells of it
            failed.append(exc)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with records.reading() as c:
        assert counters.value(c, "tests") == 160


COLLECTS = """
import sys
from roomreach.online import Online
from roomreach_store.records import Records, latest
from roomreach_store.records.latest import Heard
records, first = Records.open(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for taken_ms in range(first, 60, 2):
    with records.transaction() as c:
        latest.merge(c, [
            Heard(agent=f"a-agent{n}", taken_ms=taken_ms, received_ms=0, payload=b"%d" % taken_ms,
                  online=Online.NO)
            for n in range(5)
        ])
records.close()
"""


def test_two_collectors_that_hear_the_same_agents_forget_nothing(url: str, records: Records) -> None:
    collectors = [
        subprocess.Popen(
            [sys.executable, "-c", COLLECTS, url, str(first)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in (0, 1)
    ]
    for collector in collectors:
        assert collector.stdout
        assert collector.stdout.readline() == "ready\n"
    for collector in collectors:
        assert collector.stdin
        collector.stdin.write("go\n")
        collector.stdin.flush()
    for collector in collectors:
        collector.communicate(timeout=60)
    assert [collector.returncode for collector in collectors] == [0, 0]
    with records.reading() as c:
        known = latest.latest(c)
    assert len(known) == 5
    for newest in known.values():
        assert newest.online.entries == tuple((taken_ms, Online.NO) for taken_ms in range(60))
        assert newest.payload == b"59"


KILLED = """
import os, sys
from roomreach.places import Agent
from roomreach_store.records import Records, places
records = Records.open(sys.argv[1])
for number in range(3):
    with records.transaction() as c:
        places.add_agent(c, Agent(id=f"a-{number:06d}"))
with records.transaction() as c:
    places.add_agent(c, Agent(id="a-999999"))
    os.kill(os.getpid(), int(sys.argv[2]))
"""


def test_a_killed_writer_leaves_what_it_committed_and_is_waited_for_by_nobody(
    url: str, records: Records
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(int(signal.SIGKILL))], check=False, env=dict(os.environ)
    )
    assert killed.returncode == -signal.SIGKILL
    with records.transaction() as c:
        assert sorted(places.register(c).agents) == ["a-000000", "a-000001", "a-000002"]
        places.add_agent(c, Agent(id=AgentId("a-999999")))


def test_closed_records_can_be_opened_again(url: str) -> None:
    for expected in (0, 1):
        with closing(Records.open(url)) as records, records.transaction() as c:
            assert len(latest.latest(c)) == expected
            latest.merge(
                c,
                [Heard(agent=AGENT, taken_ms=1, received_ms=1, payload=b"{}", online=Online.YES)],
            )
