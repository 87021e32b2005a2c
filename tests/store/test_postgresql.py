"""Records in PostgreSQL: servers that are away, full, locked or strangers, and what is said then."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import Connection, NullPool, create_engine, event, make_url, text

from postgres import PASSWORD, PostgreSQL
from roomreach.errors import Misconfigured, RoomreachError, Unavailable
from roomreach.identifiers import AgentId
from roomreach.online import Online
from roomreach.places import Agent
from roomreach_store.records import Records, latest, places
from roomreach_store.records.latest import Heard
from roomreach_store.records.postgresql import WAIT_S
from servers import free_port

AGENT = AgentId("a-aaaaaa")


@pytest.fixture
def records(postgresql: PostgreSQL) -> Iterator[Records]:
    with closing(Records.open(postgresql.new_schema())) as opened:
        yield opened


@pytest.fixture
def mortal() -> Iterator[PostgreSQL]:
    """A server of the test's own, to be killed, with room for five."""
    with PostgreSQL(max_connections="8", superuser_reserved_connections="3") as server:
        yield server


def add(records: Records, agent: str) -> None:
    with records.transaction() as c:
        places.add_agent(c, Agent(id=AgentId(agent)))


def what_is_said(act: Callable[[], object], kind: type[RoomreachError]) -> str:
    """The sentence of an error, which names no host, no user and no password."""
    with pytest.raises(kind) as raised:
        act()
    said = str(raised.value)
    assert said.startswith("The records are not usable: ")
    assert said.endswith(".")
    for secret in ("127.0.0.1", "localhost", PASSWORD, "wrong", "roomreach"):
        assert secret not in said
    return said


def test_a_server_that_is_not_there_is_unavailable_at_once() -> None:
    url = f"postgresql://roomreach:wrong@localhost:{free_port()}/roomreach"
    started = time.monotonic()
    assert "does not answer" in what_is_said(lambda: Records.open(url), Unavailable)
    assert time.monotonic() - started < WAIT_S


def test_a_server_that_takes_calls_and_says_nothing_is_unavailable_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql://roomreach:wrong@127.0.0.1:{mute.getsockname()[1]}/roomreach"
        started = time.monotonic()
        assert "does not answer" in what_is_said(lambda: Records.open(url), Unavailable)
        assert time.monotonic() - started < 2 * WAIT_S


def test_a_host_that_nobody_knows_is_waited_for() -> None:
    url = "postgresql://roomreach:wrong@localhost.invalid/roomreach"
    assert "does not answer" in what_is_said(lambda: Records.open(url), Unavailable)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "wrong"}, "user and password"),
        ({"password": None}, "user and password"),
        ({"user": "nobody"}, "user and password"),
        ({"database": "nowhere"}, "no such database"),
        ({"nosuch": "setting"}, "a setting that PostgreSQL does not know"),
        # Its tables may be made by its owner only, who is somebody else.
        ({"database": "postgres"}, "let it own the database"),
    ],
    ids=str,
)
def test_an_address_that_is_wrong_is_misconfigured(
    postgresql: PostgreSQL, changes: dict[str, str | None], words: str
) -> None:
    url = postgresql.url(**{"database": "tests", **changes})  # type: ignore[arg-type]
    assert words in what_is_said(lambda: Records.open(url), Misconfigured)


def test_a_database_that_lets_nobody_more_in_is_unavailable(postgresql: PostgreSQL) -> None:
    url = postgresql.new_database()
    with postgresql.administered() as c:
        c.execute(f"ALTER DATABASE {make_url(url).database} CONNECTION LIMIT 0")
    assert "too many are connected" in what_is_said(lambda: Records.open(url), Unavailable)


def test_without_its_driver_the_operator_is_told_what_to_install() -> None:
    code = """
import sys
sys.modules["psycopg"] = None
from roomreach.errors import Misconfigured
from roomreach_store.records import Records
try:
    Records.open("postgresql://u:p@localhost/x")
except Misconfigured as exc:
    print(exc)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "install roomreach-store[postgresql]" in said.stdout


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ("53100", Unavailable, "disk is full"),
        ("53200", Unavailable, "short of memory"),
        ("53300", Unavailable, "too many are connected"),
        ("40P01", Unavailable, "in each other's way"),
        ("57P01", Unavailable, "stopping or starting"),
        ("58030", Unavailable, "disk answers with errors"),
        ("XX001", Misconfigured, "restore it from a backup"),
    ],
)
def test_what_the_server_says_is_put_in_words(
    records: Records, state: str, kind: type[RoomreachError], words: str
) -> None:
    def fail() -> None:
        with records.transaction() as c:
            c.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '{state}'; END $$"))

    said = what_is_said(fail, kind)
    assert words in said
    assert "so it is" in said
    add(records, AGENT)


def test_a_value_that_does_not_fit_is_our_mistake_and_is_not_told(records: Records) -> None:
    with pytest.raises(Exception, match="InvalidText") as raised, records.transaction() as c:
        c.execute(text("SELECT CAST(:name AS bigint)"), {"name": "The Limes"})
    assert not isinstance(raised.value, RoomreachError)
    assert "Limes" not in str(raised.value) + str(raised.value.__cause__)


def test_a_database_that_may_only_be_read_is_unavailable_to_writers(postgresql: PostgreSQL) -> None:
    url = postgresql.new_database()
    with closing(Records.open(url)):
        pass
    with postgresql.administered() as c:
        c.execute(f"ALTER DATABASE {make_url(url).database} SET default_transaction_read_only = on")
    with closing(Records.open(url)) as records:
        assert "may only be read" in what_is_said(lambda: add(records, AGENT), Unavailable)
        with records.reading() as c:
            assert places.version(c) == 0


def test_what_is_committed_is_on_disk_whatever_the_server_is_set_to(postgresql: PostgreSQL) -> None:
    url = postgresql.new_database()
    with postgresql.administered() as c:
        c.execute(f"ALTER DATABASE {make_url(url).database} SET synchronous_commit = off")
    with closing(Records.open(url)) as records, records.transaction() as c:
        assert c.scalar(text("SHOW synchronous_commit")) == "on"


def test_a_writer_waits_five_seconds_for_another(records: Records) -> None:
    with records.transaction():
        started = time.monotonic()
        assert "another process has been writing" in what_is_said(lambda: add(records, AGENT), Unavailable)
        assert WAIT_S - 1 < time.monotonic() - started < WAIT_S + 2
        with records.reading() as c:
            assert places.version(c) == 0
    add(records, AGENT)


def test_a_writer_that_stops_in_the_middle_is_not_waited_for(records: Records) -> None:
    def dawdle() -> None:
        with records.transaction() as c:
            assert c.scalar(text("SHOW idle_in_transaction_session_timeout")) == "10s"
            c.execute(text("SET LOCAL idle_in_transaction_session_timeout = '100ms'"))
            time.sleep(0.5)
            places.add_agent(c, Agent(id=AGENT))

    what_is_said(dawdle, Unavailable)
    add(records, AGENT)


def test_a_full_server_lets_the_next_one_in_when_somebody_leaves(mortal: PostgreSQL) -> None:
    url = mortal.new_database()
    with ExitStack() as crowd:
        records = crowd.enter_context(closing(Records.open(url)))
        guests = [crowd.enter_context(closing(guest(url))) for _ in range(4)]
        assert "too many are connected" in what_is_said(lambda: Records.open(url), Unavailable)
        guests[0].close()
        with closing(Records.open(url)):
            pass
        add(records, AGENT)


def test_a_killed_server_keeps_what_was_committed_and_is_found_again(mortal: PostgreSQL) -> None:
    with closing(Records.open(mortal.new_database())) as records:
        add(records, "a-before")

        def interrupted() -> None:
            with records.transaction() as c:
                places.add_agent(c, Agent(id=AgentId("a-during")))
                mortal.kill()
                places.add_agent(c, Agent(id=AgentId("a-never")))

        what_is_said(interrupted, Unavailable)
        started = time.monotonic()
        what_is_said(lambda: add(records, "a-meanwhile"), Unavailable)
        assert time.monotonic() - started < WAIT_S
        mortal.start()
        add(records, "a-after")
        with records.reading() as c:
            assert sorted(places.register(c).agents) == ["a-after", "a-before"]
        mortal.kill()  # while nobody asks
        mortal.start()
        add(records, "a-again")


def guest(url: str) -> Connection:
    return create_engine(make_url(url), poolclass=NullPool).connect()


def test_without_the_writers_lock_a_collector_would_forget_what_another_heard(records: Records) -> None:
    """The control: the same merge in two transactions that do not wait for each other."""
    with records.transaction() as c:
        latest.merge(c, [heard(0)])
    unlocked = create_engine(records._engine.url)
    both_have_read = threading.Barrier(2)

    def pause(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT latest"):
            both_have_read.wait(timeout=10)

    event.listen(unlocked, "after_cursor_execute", pause)

    def collect(taken_ms: int) -> None:
        with unlocked.begin() as c:
            latest.merge(c, [heard(taken_ms)])

    collectors = [threading.Thread(target=collect, args=[taken_ms]) for taken_ms in (1, 2)]
    for collector in collectors:
        collector.start()
    for collector in collectors:
        collector.join()
    unlocked.dispose()
    with records.reading() as c:
        assert len(latest.latest(c)[AGENT].online.entries) == 2, (
            "nothing was lost: this test has lost its point"
        )


def heard(taken_ms: int) -> Heard:
    return Heard(agent=AGENT, taken_ms=taken_ms, received_ms=0, payload=b"{}", online=Online.NO)
