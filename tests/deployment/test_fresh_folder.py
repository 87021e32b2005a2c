"""From a fresh folder to a report in every store: what compose would run, run as processes.

There is no container engine here. Each container's own command, environment, configuration and health check
run against Debian's servers; only ports and the places of files are other than in the compose file. InfluxDB
1.6 stands in for 2, behind a door that checks the token. Grafana, and what others' images do at first start,
are not run; the data source that it is provisioned with asks one of its dashboards' questions.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from psycopg import sql
from sqlalchemy import text

import machine
from composed import PORTS, Deployment
from dashboard_panels import panels_of
from guarded import Guarded
from hubs import in_a_process
from postgres import PostgreSQL
from roomreach.identifiers import AgentId
from roomreach_hub.agent_settings import demonstration
from roomreach_hub.asking import fetch
from roomreach_hub.buildings.hostel import ANNEXE, HOSTEL
from roomreach_hub.initialising import settings
from roomreach_store.importing.columns import COLUMNS
from roomreach_store.records import Records, latest, places
from roomreach_store.records.password import with_password
from servers import InfluxDB, Program, free_port, wait_until

INSTALLED = Path(sys.executable).parent
OURS = ("mosquitto", "collector", "api", "speed-server")
"""The containers that are started at once, and are not of Debian's own servers."""


class Composed:
    """A deployment whose containers are processes."""

    def __init__(self, folder: Path, postgres: PostgreSQL, influxdb: Guarded) -> None:
        self.folder = folder
        self.deployment = Deployment(folder, Path(settings.read(folder)["ROOMREACH_SOURCE"]))
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.ports = {name: free_port() for name in OURS}
        self.ports |= {"postgres": postgres.port, "influxdb": influxdb.port}
        self.programs: dict[str, Program] = {}

    def start(self, name: str) -> None:
        """Start a container's command with its environment."""
        program, *words = map(self.here, self.deployment.command(name))
        self.programs[name] = Program([_found(program), *words], self.logs / name, self.environment(name))
        self.programs[name].start()

    def operate(self, *words: str) -> Any:
        """Run the operator's command to its end, and read what it prints."""
        program = _found(self.deployment.command("operator")[0])
        done = subprocess.run(
            [program, *words, "--json"],
            env={**os.environ, **self.environment("operator")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def wait_for(self, name: str) -> None:
        """Wait until a container answers: its check alone would take a process each time."""
        if name == "collector":
            wait_until(lambda: "the collector runs" in (self.logs / name).read_text(), name, within_s=40)
        else:
            wait_until(lambda: listens(self.ports[name]), f"{name} listening", within_s=40)

    def until(self, name: str, true: Callable[[], bool], what: str) -> None:
        """Wait until something is true that a container brings about; if it ends, show its last words."""
        program = self.programs[name]
        wait_until(lambda: not program.alive() or true(), what, within_s=60)
        assert program.alive(), (self.logs / name).read_text()

    def well(self, name: str) -> bool:
        """Ask a container's health check."""
        program, *words = map(self.here, self.deployment.health(name))
        asked = subprocess.run(
            [_found(program), *words],
            env={**os.environ, **self.environment(name)},
            capture_output=True,
            timeout=20,
            check=False,
        )
        return asked.returncode == 0

    def environment(self, name: str) -> dict[str, str]:
        return {key: self.here(value) for key, value in self.deployment.environment(name).items()}

    def here(self, said: str) -> str:
        """What the compose file says, with the ports and places of this machine."""
        for name, port in self.ports.items():
            inside = PORTS[name]
            for host in (name, "127.0.0.1", "0.0.0.0"):  # noqa: S104 - what the file says, made loopback here
                said = said.replace(f"{host}:{inside}", f"127.0.0.1:{port}")
            said = str(port) if said == str(inside) else said
        said = said.replace("/run/secrets/", f"{self.folder}/secrets/")
        said = said.replace("/var/lib/roomreach", f"{self.folder}/data/hostel")
        return said.replace("/mosquitto/config/", f"{self.folder}/deploy/mosquitto/")

    def stop(self) -> None:
        for program in reversed(self.programs.values()):
            program.stop()

    def secret(self, name: str) -> str:
        return (self.folder / "secrets" / name).read_text()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _found(program: str) -> str:
    ours = INSTALLED / program
    return str(ours) if ours.exists() else machine.require(program)


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    folder = tmp_path_factory.mktemp("fresh") / "roomreach"
    done = in_a_process("init", folder)
    assert done.code == 0, done.told
    token = (folder / "secrets" / "influxdb-token").read_text()
    with (
        PostgreSQL() as postgres,
        InfluxDB(folder.parent / "influxdb") as influxdb,
        Guarded(influxdb.port, token) as guarded,
    ):
        made = Composed(folder, postgres, guarded)
        _set_up(postgres, made.deployment.environment("postgres"), made.secret("postgres-password"))
        # The committed configuration, on a port and an address of this test's.
        configuration = folder / "deploy" / "mosquitto" / "mosquitto.conf"
        listener = "listener 1883 0.0.0.0"
        assert listener in configuration.read_text()
        configuration.write_text(
            configuration.read_text().replace(listener, f"listener {made.ports['mosquitto']} 127.0.0.1")
        )
        try:
            for name in OURS:
                made.start(name)
            yield made
        finally:
            made.stop()


@pytest.fixture
def records(composed: Composed) -> Iterator[Records]:
    composed.wait_for("postgres")
    address = composed.environment("collector")["ROOMREACH_RECORDS"]
    with closing(Records.open(with_password(address, composed.secret("postgres-password")))) as opened:
        yield opened


def _set_up(postgres: PostgreSQL, environment: dict[str, str], password: str) -> None:
    """What the image does at its first start, of the variables that it is given."""
    user, database = (sql.Identifier(environment[f"POSTGRES_{name}"]) for name in ("USER", "DB"))
    with postgres.administered() as c:
        c.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(user, sql.Literal(password)))
        c.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, user))


@pytest.mark.parametrize("name", ["postgres", *OURS])
def test_a_container_comes_to_be_well(composed: Composed, name: str) -> None:
    composed.wait_for(name)
    wait_until(lambda: composed.well(name), f"{name} being well")


def test_an_agents_report_arrives_in_every_store_and_on_the_page(
    composed: Composed, records: Records, tmp_path: Path
) -> None:
    site = composed.operate(
        *("sites", "add", "--name", "Mare House", "--provider", "Example Homes", "--authority", "Hackney"),
        *("--category", "hostel", "--safeguarding", "none", "--room", "12"),
    )["site"]
    agent = AgentId(composed.operate("agents", "add", "--site", site, "--room", "12")["agent"])
    file = tmp_path / "agent.toml"
    file.write_text(
        demonstration(
            agent,
            broker_port=composed.ports["mosquitto"],
            page_port=composed.ports["api"],
            outbox=tmp_path / "outbox.db",
        )
    )
    command = [INSTALLED / "roomreach-agent", "run", "--settings", file]
    with Program(command, composed.logs / "agent"):

        def in_postgresql() -> bool:
            with records.reading() as c:
                return agent in latest.latest(c)

        wait_until(in_postgresql, "a report arriving in PostgreSQL", within_s=30)
        wait_until(lambda: _points(composed, agent) > 0, "a report arriving in InfluxDB")
        wait_until(
            lambda: agent in (fetch(composed.ports["api"], "/api/v1/latest") or ""), "the API telling of it"
        )
    assert "Mare House" in (fetch(composed.ports["api"], "/") or "")
    with records.reading() as c:
        assert c.dialect.name == "postgresql"
        assert c.execute(text("SELECT current_database()")).scalar_one() == "roomreach"


def test_a_dashboard_finds_what_was_stored_as_its_data_source_is_provisioned(composed: Composed) -> None:
    site = json.loads((composed.folder / "dashboards" / "json" / "roomreach-site.json").read_text())
    (panel,) = [panel for panel in panels_of(site) if panel["title"] == "Reports received"]
    query = panel["targets"][0]["query"]
    query = query.replace("'$site'", "/^s-/").replace('"site" =', '"site" =~').replace("$room", ".*")
    source = composed.deployment.series
    said = source["secureJsonData"]["httpHeaderValue1"]
    token = re.sub(r"\$__file\{(.*)\}", lambda file: Path(composed.here(file[1])).read_text(), said)
    for header, status in ((token, HTTPStatus.OK), (f"{token}x", HTTPStatus.UNAUTHORIZED)):
        with closing(HTTPConnection("127.0.0.1", composed.ports["influxdb"], timeout=10)) as influxdb:
            asked = {"db": source["jsonData"]["dbName"], "q": query.replace("$timeFilter", "time > 0")}
            headers = {source["jsonData"]["httpHeaderName1"]: header}
            influxdb.request(source["jsonData"]["httpMode"], f"/query?{urlencode(asked)}", headers=headers)
            answer = influxdb.getresponse()
            assert (answer.status, b'"reports"' in answer.read()) == (status, status == HTTPStatus.OK)


def test_the_demonstrations_six_rooms_arrive_in_every_store_and_on_the_page(
    composed: Composed, records: Records
) -> None:
    composed.start("hostel")
    composed.until("hostel", lambda: len(_hostel(records)) == 6, "six agents on record")
    agents = _hostel(records)
    composed.until("hostel", lambda: _heard(records, agents), "every room arriving in PostgreSQL")
    for agent in agents:
        wait_until(lambda: _points(composed, agent) > 0, "a room arriving in InfluxDB")  # noqa: B023 - waited for here
    said = fetch(composed.ports["api"], "/api/v1/latest") or ""
    assert [agent for agent in agents if agent not in said] == []
    assert HOSTEL in (fetch(composed.ports["api"], "/") or "")


def test_started_again_it_is_the_same_hostel(composed: Composed, records: Records) -> None:
    agents = _hostel(records)
    assert len(agents) == 6
    composed.programs["hostel"].stop()
    stopped_ms = round(time.time() * 1000)
    composed.start("hostel")
    composed.until("hostel", lambda: _heard(records, agents, stopped_ms), "the same six being heard again")
    assert _hostel(records) == agents


def test_the_hostel_is_well_while_somebody_measures(composed: Composed) -> None:
    composed.until("hostel", lambda: composed.well("hostel"), "the hostel being well")
    composed.programs["hostel"].kill()
    outboxes = list((composed.folder / "data" / "hostel").glob("*/outbox.db*"))
    assert len({outbox.parent for outbox in outboxes}) == 6
    a_minute_ago = time.time() - 60
    for outbox in outboxes:
        os.utime(outbox, (a_minute_ago, a_minute_ago))
    assert not composed.well("hostel")
    composed.start("hostel")
    composed.until("hostel", lambda: composed.well("hostel"), "the hostel being well again")


def test_what_is_on_record_changes_with_the_operators_secret_alone(composed: Composed) -> None:
    composed.wait_for("api")
    assert _asked_to_import(composed, composed.secret("operator-token")) == HTTPStatus.OK
    for given in ("", composed.secret("grafana-password")):
        assert _asked_to_import(composed, given) == HTTPStatus.UNAUTHORIZED


def test_no_log_and_no_command_line_holds_a_secret_or_the_annexes_name(composed: Composed) -> None:
    secrets = [path.read_text() for path in (composed.folder / "secrets").iterdir()]
    assert len(secrets) == len(set(secrets)) == 6
    seen = "".join(path.read_text(errors="replace") for path in composed.logs.iterdir())
    for program in composed.programs.values():
        assert program.process
        for what in ("cmdline", "environ"):
            seen += Path(f"/proc/{program.process.pid}/{what}").read_text(errors="replace")
    assert "roomreach-collector" in seen
    assert "agents at work" in seen
    assert not [secret for secret in secrets if secret in seen]
    assert ANNEXE.split()[0].lower() not in seen.lower()


def test_a_container_that_does_not_answer_is_not_well(composed: Composed) -> None:
    for name in ("api", "mosquitto", "speed-server"):
        composed.wait_for(name)
        composed.programs[name].kill()
        assert not composed.well(name)


def _asked_to_import(composed: Composed, token: str) -> int:
    """How the API answers to a file of sites in which there is none."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    with closing(HTTPConnection("127.0.0.1", composed.ports["api"], timeout=10)) as api:
        api.request("POST", "/api/v1/sites/import?dry_run=true", ",".join(COLUMNS) + "\n", headers)
        return api.getresponse().status


def _hostel(records: Records) -> set[AgentId]:
    """Every agent on record in a building of the demonstration."""
    with records.reading() as c:
        register = places.register(c)
    return {
        agent
        for agent, (installed, *_) in register.installations.items()
        if register.site_of(installed.room).name in {HOSTEL, ANNEXE}
    }


def _heard(records: Records, agents: set[AgentId], since_ms: int = 0) -> bool:
    with records.reading() as c:
        return {one.agent for one in latest.latest(c).values() if one.taken_ms > since_ms} >= agents


def _points(composed: Composed, agent: AgentId) -> int:
    question = f"SELECT count(outcome) FROM health WHERE agent = '{agent}'"  # noqa: S608 - an identifier of ours
    token = {"Authorization": f"Token {composed.secret('influxdb-token')}"}
    with closing(HTTPConnection("127.0.0.1", composed.ports["influxdb"], timeout=10)) as influxdb:
        influxdb.request("GET", f"/query?{urlencode({'db': 'roomreach', 'q': question})}", headers=token)
        return influxdb.getresponse().read().count(b'"count"')
