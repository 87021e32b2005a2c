"""Whoever reads our logs learns how the programs are, and nothing of where anybody lives."""

import json
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import paho.mqtt.client as paho

from leaking import leaks
from roomreach import topics
from roomreach.identifiers import AgentId, BuildingId, OutboxId, ProviderId, RoomId, SiteId
from roomreach.places import Agent, Building, Category, Provider, Room, Site
from roomreach.report import Key
from roomreach_store.records import Records, places
from servers import InfluxDB, Mosquitto, Program, free_port, wait_until

CANARY = "Canary"
CALLER = "127.0.0.77"
"""An address of this machine that nothing of ours has."""


def _record(url: str) -> None:
    records = Records.open(url)
    with records.transaction() as c:
        places.add_provider(c, Provider(id=ProviderId("p-tests222"), name=f"{CANARY} Homes"))
        places.add_site(
            c,
            Site(
                id=SiteId("s-tests222"),
                provider=ProviderId("p-tests222"),
                host="E09000003",
                name=f"{CANARY} Refuge",
                category=Category.HOSTEL,
            ),
        )
        places.add_building(c, Building(id=BuildingId("b-tests222"), site=SiteId("s-tests222"), name=CANARY))
        places.add_room(c, Room(id=RoomId("r-tests222"), building=BuildingId("b-tests222"), label=CANARY))
        places.add_agent(c, Agent(id=AgentId("a-tests222")))
    records.close()


def _ask(port: int, path: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10, source_address=(CALLER, 0)) as caller:
        headers = f"Host: 127.0.0.1:{port}\r\nConnection: close\r\nX-Who: {CANARY}"
        caller.sendall(f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode())
        answer = b""
        while part := caller.recv(65_536):
            answer += part
    return answer


def _publish(port: int) -> None:
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port, bind_address=CALLER)
    client.loop_start()
    for number, payload in enumerate((b"{", CANARY.encode(), json.dumps({"v": 1, CANARY: CANARY}).encode())):
        key = Key(AgentId("a-tests222"), OutboxId("o-tests222"), number + 1)
        client.publish(topics.report(key), payload, qos=1).wait_for_publish(10)
    client.publish(f"roomreach/v1/agents/{CANARY}/reports/x/1", b"{}", qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


COLLECTOR = ("-m", "roomreach_collector")
API = ("-m", "roomreach_api")

PLANTED_COLLECTOR = (
    "-c",
    """
import logging
from roomreach_collector.codec import Codec

decode = Codec.decode

def noted(codec, payload):
    logging.getLogger("roomreach_collector").info("decoding %s", payload)
    return decode(codec, payload)

Codec.decode = noted
from roomreach_collector.__main__ import main
main()
""",
)
PLANTED_API = (
    "-c",
    """
import logging
import uvicorn
from roomreach_api.reading import Stores

register, configured = Stores.register, uvicorn.Config.__init__

def noted(stores, c):
    found = register(stores, c)
    logging.getLogger("roomreach_api").info("read %s", [site.name for site in found.sites.values()])
    return found

def with_access_log(config, app, **settings):
    configured(config, app, **settings | {"access_log": True})

Stores.register, uvicorn.Config.__init__ = noted, with_access_log
from roomreach_api.__main__ import main
main()
""",
)
"""The same programs with mistakes that are easily made: each logs what helps whoever looks for a fault."""


def _logs(tmp_path: Path, collector: Sequence[str], api: Sequence[str]) -> list[str]:
    """What both programs log while all goes well, and while the series and then the records are lost."""
    records = f"sqlite:///{tmp_path}/records.db"
    _record(records)
    api_port, own_port = free_port(), free_port()
    influx = InfluxDB(tmp_path / "influx")
    environment = {
        "ROOMREACH_RECORDS": records,
        "ROOMREACH_SERIES": f"influxdb+http://127.0.0.1:{influx.port}/roomreach",
        "ROOMREACH_LISTEN": f"127.0.0.1:{api_port}",
        "ROOMREACH_COLLECTOR_LISTEN": f"127.0.0.1:{own_port}",
    }
    logs = [tmp_path / "collector.log", tmp_path / "api.log"]
    with Mosquitto(tmp_path / "broker") as broker:
        environment["ROOMREACH_BROKER"] = f"mqtt://127.0.0.1:{broker.port}"
        with (
            influx,
            Program([sys.executable, *collector], logs[0], environment),
            Program([sys.executable, *api], logs[1], environment),
        ):
            wait_until(lambda: "the broker answers" in logs[0].read_text(), "the collector listening")
            wait_until(lambda: "running on" in logs[1].read_text(), "the API listening", 30)
            assert b" 200 " in _ask(own_port, "/readyz")
            _publish(broker.port)
            wait_until(
                lambda: b"roomreach_collector_refused_total{" in _ask(own_port, "/metrics"),
                "refusing them",
            )
            influx.kill()
            wait_until(
                lambda: b"Series (ROOMREACH_SERIES)" in _ask(own_port, "/readyz"), "missing the series"
            )
            for path in (
                "/",
                "/readyz",
                "/api/v1/sites",
                f"/api/v1/{CANARY}",
                f"/?q={CANARY}",
                f"/%{CANARY}",
            ):
                _ask(api_port, path)
            for part in tmp_path.glob("records.db*"):
                part.write_bytes(CANARY.encode() * 1_000)
            for path in ("/", "/readyz", "/api/v1/sites", "/metrics"):
                _ask(api_port, path)
            _ask(own_port, "/readyz")
            _publish(broker.port)
            wait_until(lambda: "records lost" in logs[0].read_text(), "the collector missing its records")
    return [log.read_text() for log in logs]


def test_no_log_names_a_place_a_caller_or_what_was_sent(tmp_path: Path) -> None:
    for said in _logs(tmp_path, COLLECTOR, API):
        assert leaks(said, (CANARY, CALLER)) == []
        lines = [json.loads(line) for line in said.splitlines()]
        assert len(lines) >= 2
        assert all({"at", "level", "source", "event"} <= line.keys() for line in lines)
        assert all(line["at"].endswith("Z") for line in lines)


def test_a_leak_planted_in_the_programs_is_caught_in_their_logs(tmp_path: Path) -> None:
    of_collector, of_api = _logs(tmp_path, PLANTED_COLLECTOR, PLANTED_API)
    assert leaks(of_collector, (CANARY,)) == [CANARY], "what was sent"
    assert leaks(of_api, (f"{CANARY} Refuge", CALLER)) == [f"{CANARY} Refuge", CALLER], "a place, a caller"
