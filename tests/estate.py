"""A whole estate as separate processes: agents, Mosquitto, a collector, InfluxDB; and what the test saw.

The account is the test's own: what agents committed is read from their lists, what travelled is overheard on
the broker, what arrived is asked of the database.
"""

import json
import sys
import threading
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import paho.mqtt.client as paho

from roomreach import topics
from roomreach.identifiers import AgentId, BuildingId, ProviderId, RoomId, SiteId
from roomreach.places import Agent, Building, Category, Installation, Provider, Role, Room, Safeguarding, Site
from roomreach.wire import decode_receipt
from roomreach_store.records import Records, places
from servers import InfluxDB, Mosquitto, Program, wait_until

HERE = Path(__file__).parent
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

Told = tuple[str, int]
"""An outbox and a sequence: what names a report among those of its estate."""


class Estate:
    """One collector, one database, one broker and some agents, each a process that can be killed."""

    def __init__(self, folder: Path, agents: int, *, forgetful: int = 0, records: str | None = None) -> None:
        self.folder = folder
        self.records = records or f"sqlite:///{folder}/records.db"
        self.broker = Mosquitto(folder / "broker", settings="max_queued_messages 0")
        self.influx = InfluxDB(folder / "influx")
        self.series = f"influxdb+http://127.0.0.1:{self.influx.port}/roomreach"
        self.collector = Program(
            [sys.executable, "-m", "roomreach_collector"],
            folder / "collector.log",
            {
                "ROOMREACH_BROKER": f"mqtt://127.0.0.1:{self.broker.port}",
                "ROOMREACH_RECORDS": self.records,
                "ROOMREACH_SERIES": self.series,
            },
        )
        self.names = [AgentId(f"a-journey{number}") for number in range(agents + forgetful)]
        self.agents = [self._agent(name, forgetful=n >= agents) for n, name in enumerate(self.names)]
        self.overheard = Overheard(self.broker.port)
        _install(self.records, self.names)

    def __enter__(self) -> Self:
        for server in (self.broker, self.influx, self.collector):
            server.start()
        wait_until(lambda: b"the collector runs" in self.collector.log.read_bytes(), "the collector running")
        self.overheard.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.overheard.stop()
        for program in (*self.agents, self.collector, self.influx, self.broker):
            program.stop()

    def measure(self, *, every_ms: float, count: int) -> None:
        """Set the agents to work; each stops measuring when it has taken ``count`` reports in all."""
        for agent in self.agents:
            agent.command += ["--every-ms", str(every_ms), "--count", str(count)]
            agent.start()

    def committed(self, agent: AgentId) -> dict[Told, str]:
        """What an agent's own list says it committed: the digest of each report."""
        text = (self.folder / f"{agent}.list").read_text() if (self.folder / f"{agent}.list").exists() else ""
        words = [line.split() for line in text.splitlines(keepends=True) if line.endswith("\n")]
        return {(outbox, int(sequence)): digest for _, outbox, sequence, digest in words}

    def in_flight(self) -> int:
        """How many reports are committed and have no receipt that anybody overheard."""
        committed = sum(len(self.committed(name)) for name in self.names)
        return committed - len(self.overheard.answered)

    def stored(self, agent: AgentId) -> dict[Told, str]:
        """What the database holds of an agent; a report stored twice fails here."""
        rows = self.ask(f"SELECT outbox, sequence, digest FROM report WHERE agent = '{agent}'")  # noqa: S608
        found = [((str(row[1]), int(str(row[2]))), str(row[3])) for row in rows]
        assert len(dict(found)) == len(found), "a report is stored twice"
        return dict(found)

    def points(self, kind: str) -> int:
        """How many points of a kind the database holds."""
        rows = self.ask(f"SELECT count(outcome) FROM {kind}")  # noqa: S608 - the test's own names
        return int(str(rows[0][1])) if rows else 0

    def ask(self, question: str) -> list[list[object]]:
        """Put an InfluxQL question; give the rows of its first series."""
        body = urllib.parse.urlencode({"q": question, "db": "roomreach", "epoch": "ms"}).encode()
        with urllib.request.urlopen(f"{self.influx.url}/query", body, timeout=60) as answer:  # noqa: S310
            result = json.load(answer)["results"][0]
        return list(result["series"][0]["values"]) if "series" in result else []

    def _agent(self, name: AgentId, *, forgetful: bool) -> Program:
        settings = self.folder / f"{name}.toml"
        settings.write_text(
            f"""agent = "{name}"
interval_s = 1
[broker]
host = "127.0.0.1"
port = {self.broker.port}
[clock]
kept_by = "host"
[outbox]
path = "{self.folder}/{name}.db"
[uplink]
resend_after_s = 1
resend_at_most_s = 4
window = 100
"""
        )
        command = [sys.executable, HERE / "journey_agent.py", "--settings", settings]
        command += ["--list", self.folder / f"{name}.list"]
        return Program(
            [*command, "--forget-on-puback"] if forgetful else command, self.folder / f"{name}.log"
        )


@dataclass
class Overheard:
    """What travels over the broker, as a bystander hears it. It may miss a thing; it never invents one."""

    port: int
    published: Counter[Told] = field(default_factory=Counter)
    answered: set[Told] = field(default_factory=set)
    refused: set[Told] = field(default_factory=set)
    again: set[Told] = field(default_factory=set)
    """Reports published more than once before anybody overheard a receipt for them."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, "bystander")
        self._client.reconnect_delay_set(min_delay=1, max_delay=1)
        self._client.on_connect = lambda *_: self._client.subscribe("roomreach/v1/agents/+/#", qos=1)
        self._client.on_message = self._hear

    def start(self) -> None:
        self._client.connect("127.0.0.1", self.port)
        self._client.loop_start()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: object, _userdata: object, message: paho.MQTTMessage) -> None:
        key = topics.key_of(message.topic)
        if key:
            told = (key.outbox, key.sequence)
            self.published[told] += 1
            if self.published[told] > 1 and told not in self.answered:
                self.again.add(told)
        elif message.topic.endswith("/receipts"):
            receipt = decode_receipt(message.payload)
            for first, last in receipt.stored:
                self.answered.update((str(receipt.outbox), n) for n in range(first, last + 1))
            refused = {(str(receipt.outbox), refusing.sequence) for refusing in receipt.refused}
            self.refused |= refused
            self.answered |= refused


def _install(url: str, agents: list[AgentId]) -> None:
    records = Records.open(url)
    site, building, provider = SiteId("s-journey"), BuildingId("b-journey"), ProviderId("p-journey")
    with records.transaction() as work:
        places.add_provider(work, Provider(id=provider, name="Example Homes"))
        places.add_site(
            work,
            Site(
                id=site,
                provider=provider,
                host="E09000012",
                name="Mare House",
                category=Category.HOSTEL,
                safeguarding=Safeguarding.NONE,
            ),
        )
        places.add_building(work, Building(id=building, site=site, name="Main building"))
        for number, agent in enumerate(agents):
            room = RoomId(f"r-journey{number}")
            places.add_room(work, Room(id=room, building=building, label=f"Room {number + 1}"))
            places.add_agent(work, Agent(id=agent))
            places.install(work, Installation(agent=agent, room=room, role=Role.ROOM, since=LONG_AGO))
    records.close()
