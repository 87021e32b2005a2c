"""What does a demonstration show, say, keep and send? Everything, by where somebody could meet it."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from demos import Demo
from roomreach import topics
from roomreach.identifiers import AgentId, OutboxId
from roomreach.places import Safeguarding
from roomreach.report import Key
from roomreach.series import SERIES
from roomreach_hub import operator_token
from roomreach_hub.buildings.hostel import Script, lodgings
from roomreach_hub.folder import Folder
from roomreach_hub.ports import LOOPBACK
from servers import wait_until

Seen = dict[tuple[str, str], str | bytes]
"""What is seen, by the kind of surface and its own name."""

WITHHELD = tuple(
    dict.fromkeys(
        name
        for lodging in lodgings(Script())
        if lodging.safeguarding is not Safeguarding.NONE
        for words in (lodging.site, lodging.building, lodging.label)
        for name in (words, words.split()[0])
    )
)
"""Every name of the confidential annexe, its building and its room; and the word that they all begin with."""

_RECORDS = "records.db"


def everything_seen(demo: Demo, seconds: float) -> Seen:
    """Look at everything, and listen to what moves for so many seconds."""
    _fill_the_quarantine(demo)
    seen: Seen = {}
    with _overheard(demo) as (heard, payloads):
        seen["stream", "/live"] = _streamed(demo, seconds)
    seen["topic", "the broker"] = "\n".join(heard)
    seen["message", "the broker"] = b"\n".join(payloads)
    for path in _pages(demo):
        seen["page", path] = _answer(demo, path)
    for kind, path in _walk(demo):
        answer = _answer(demo, path)
        assert answer.startswith(b"200 "), f"{path}: {answer[:200]!r}"
        seen[kind, path] = answer
    seen["log", "what it said"] = demo.said()
    for file in demo.temporary.rglob("*"):
        if file.is_file() and not file.name.startswith(_RECORDS):
            seen["log" if file.suffix == ".log" else "file", file.name] = file.read_bytes()
    return seen


def records(demo: Demo) -> bytes:
    """The one place where the names belong."""
    return b"".join(file.read_bytes() for file in demo.temporary.glob(f"{_RECORDS}*"))


def hostel_agents(demo: Demo) -> list[str]:
    """The agents of the made-up places, in their order."""
    orders = json.loads((demo.temporary / "buildings" / "orders.json").read_text())
    return list(orders["agents"])


def _pages(demo: Demo) -> list[str]:
    """Every page and file that links lead to, and one that is not there."""
    found, looked_at = ["/", "/absent"], 0
    while looked_at < len(found):
        links = re.findall(rb'(?:href|src)="(/[^"#]*)', _answer(demo, found[looked_at]))
        found += [link for link in dict.fromkeys(map(bytes.decode, links)) if link not in found]
        looked_at += 1
    return found


def _walk(demo: Demo) -> Iterator[tuple[str, str]]:
    """Give the address of every answer that the API describes, filled in with all that is of the hostel."""
    agents = hostel_agents(demo)
    here = [one for one in demo.facts("/api/v1/rooms")["rooms"] if set(one["agents"]) & set(agents)]
    rooms = [one["id"] for one in here]
    known = {
        "site": sorted({one["site"] for one in here}),
        "room": rooms,
        "agent": agents,
        "entry": [one["id"] for one in demo.facts("/api/v1/quarantine")["entries"]],
        "job": [one["id"] for one in demo.facts("/api/v1/jobs")["jobs"]],
        "kind": list(SERIES),
    }
    assert all(known.values()), known
    questions = [*(f"room={room}" for room in rooms), *(f"agent={agent}" for agent in agents)]
    for path, verbs in demo.facts("/api/v1/openapi.json")["paths"].items():
        if "get" not in verbs:
            continue
        filled = [path]
        for name, ids in known.items():
            filled = [one.replace(f"{{{name}}}", str(id_)) for one in filled for id_ in ids]
        for one in dict.fromkeys(filled):
            assert "{" not in one, f"the walk does not know how to fill {one}"
            if path == "/api/v1/series/{kind}":
                yield from (("series", f"{one}?{asked}") for asked in questions)
                yield from (("csv", f"{one}?{asked}&format=csv") for asked in questions)
            elif path == "/metrics":
                yield "metric", one
            elif path.endswith("/export"):
                yield "export", one
            else:
                yield "answer", one


def _answer(demo: Demo, path: str) -> bytes:
    connection = HTTPConnection(LOOPBACK, demo.address.page_port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    answer = f"{response.status} {response.headers}\n".encode() + response.read()
    connection.close()
    return answer


def _streamed(demo: Demo, seconds: float) -> bytes:
    connection = HTTPConnection(LOOPBACK, demo.address.page_port, timeout=10)
    connection.request("GET", "/live")
    response = connection.getresponse()
    until, told = time.monotonic() + seconds, b""
    while time.monotonic() < until:
        told += response.read1()
    connection.close()
    return told


def _fill_the_quarantine(demo: Demo) -> None:
    """Let every agent send what is no report, and an operator have it replayed."""
    agents = hostel_agents(demo)
    with connected(demo) as client:
        for agent in agents:
            topic = topics.report(Key(AgentId(agent), OutboxId("o-nothing222"), 1))
            client.publish(topic, b"{", qos=1).wait_for_publish(5)
    wait_until(
        lambda: len(demo.facts("/api/v1/quarantine")["entries"]) == len(agents), "the quarantine's filling"
    )
    request = urllib.request.Request(  # noqa: S310 - our own http address
        f"{demo.address.page}/api/v1/quarantine/replays",
        json.dumps({"reason": "malformed"}).encode(),
        {
            "Authorization": f"Bearer {operator_token.read(Folder(demo.temporary))}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        assert answer.status == 200


@contextmanager
def _overheard(demo: Demo) -> Iterator[tuple[list[str], list[bytes]]]:
    """Every topic and message on the broker meanwhile, and what it retains."""
    heard: list[str] = []
    payloads: list[bytes] = []

    def note(_client: Client, _data: Any, message: Any) -> None:
        heard.append(message.topic)
        payloads.append(message.payload)

    with connected(demo) as client:
        client.on_message = note
        client.subscribe("#", qos=0)
        yield heard, payloads


@contextmanager
def connected(demo: Demo) -> Iterator[Client]:
    """A client of the demonstration's broker."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.connect(LOOPBACK, demo.address.broker_port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()
