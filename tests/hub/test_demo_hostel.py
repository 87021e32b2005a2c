"""A hostel lives through the demonstration: all that happens there is known, and the annexe has no name."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from demos import Demo
from processes import descendants
from roomreach_hub.buildings.hostel import ANNEXE, HOSTEL, Script
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.ports import LOOPBACK
from servers import wait_until

PACE = 2.5
SCRIPT = Script().sooner(PACE)
WITHHELD = "quillmere"
"""The distinctive word in every name of the confidential annexe, its building and its room."""

INTERVALS_2_S = 2 * SCRIPT.interval_s
LEEWAY_S = 2.0
"""For a busy machine, and for the round that was under way."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with Demo(tmp_path_factory.mktemp("hostel") / "demo", "--pace", str(PACE)) as program:
        yield program


def began_s(demo: Demo) -> float:
    """When the script began, by the clock that all processes share."""
    return Orders.read(demo.temporary / "hostel" / "orders.json").began_s


def standing(demo: Demo, label: str) -> dict[str, Any]:
    """The latest of the room with this on its door."""
    (room,) = [one["id"] for one in demo.facts("/api/v1/rooms")["rooms"] if one["label"] == label]
    (found,) = [one for one in demo.facts("/api/v1/latest")["latest"] if one["room"] == room]
    return found


def happens(demo: Demo, at_s: float, true: Any, what: str) -> None:
    """Wait until something is known, which must be within two intervals of its happening."""
    due_s = began_s(demo) + at_s + INTERVALS_2_S + LEEWAY_S
    wait_until(true, f"{what} in two intervals", max(due_s - time.monotonic(), 0.5))
    assert time.monotonic() > began_s(demo) + at_s, "it was known before it happened"


def test_six_rooms_are_heard_and_this_machine_is_none_of_them(demo: Demo) -> None:
    sites = {site["id"]: site for site in demo.facts("/api/v1/sites")["sites"]}
    rooms = [room for room in demo.facts("/api/v1/rooms")["rooms"] if not sites[room["site"]]["trial"]]
    assert sorted(sites[room["site"]]["confidential"] for room in rooms) == [False] * 5 + [True]
    assert {site["name"] for site in sites.values() if not site["confidential"]} == {HOSTEL, "This machine"}
    latest = {one["room"]: one for one in demo.facts("/api/v1/latest")["latest"]}
    assert {room["id"] for room in rooms} <= latest.keys()


def test_the_weak_room_is_known_at_once(demo: Demo) -> None:
    found = standing(demo, "31")
    (link,) = [one for one in found["measurements"] if one["kind"] == "link"]
    assert -90 <= link["signal_dbm"] <= -78
    assert link["tx_retries"] / link["tx_packets"] > 0.3
    assert found["online"] == "yes"


def test_the_failed_line_is_known_within_two_intervals(demo: Demo) -> None:
    happens(
        demo, SCRIPT.fails_at_s, lambda: standing(demo, "M1")["online"] == "no", "the failed line being known"
    )
    found = standing(demo, "M1")
    assert found["heard"]
    assert "nothing outside the building answers" in found["why"]
    assert found["offline_since"] is not None


def test_the_silent_box_is_known_within_two_intervals(demo: Demo) -> None:
    # Its last report may be as young as its silence: only then does the wait of two intervals begin.
    happens(demo, SCRIPT.silent_at_s, lambda: not standing(demo, "14")["heard"], "the silence being known")
    assert standing(demo, "14")["online"] == "unknown"
    others = [standing(demo, label) for label in ("2", "11", "31", "M1")]
    assert all(other["heard"] for other in others)


def test_a_hostel_that_dies_is_started_again_and_the_silent_box_stays_silent(demo: Demo) -> None:
    wait_until(lambda: not standing(demo, "14")["heard"], "the silence")
    os.kill(hostel(demo), signal.SIGKILL)
    wait_until(lambda: "The hostel runs again." in demo.said(), "the hostel's new start")
    killed = demo.facts("/api/v1/latest")["as_of"]
    wait_until(lambda: standing(demo, "11")["taken"] > killed, "a room heard again")
    wait_until(lambda: standing(demo, "31")["taken"] > killed, "another room heard again")
    assert not standing(demo, "14")["heard"]


def test_the_whole_hostel_fits_into_80_mb(demo: Demo) -> None:
    status = Path(f"/proc/{hostel(demo)}/status").read_text()
    assert int(status.split("VmRSS:")[1].split()[0]) * 1024 < 80_000_000


def test_the_annexe_s_name_is_nowhere_but_in_the_records(demo: Demo) -> None:
    (annexe,) = [site["id"] for site in demo.facts("/api/v1/sites")["sites"] if site["confidential"]]
    (room,) = [one for one in demo.facts("/api/v1/rooms")["rooms"] if one["site"] == annexe]
    seen = everything_seen(demo, f"/api/v1/sites/{annexe}", f"/api/v1/rooms/{room['id']}")
    assert leaks(seen) == []
    assert annexe in seen["/api/v1/sites"], "it is there, by its code"
    assert room["agents"][0] in seen["the broker"], "its agent was overheard"
    records = b"".join(file.read_bytes() for file in demo.temporary.glob("records.db*"))
    assert WITHHELD.encode() in records.lower(), "what is looked for is what the records hold"


def test_a_planted_leak_is_caught(demo: Demo) -> None:
    with (demo.temporary / "agent.log").open("a") as log:
        log.write(f"WARNING no answer from {ANNEXE}\n")
    publish(demo, f"roomreach/v1/{ANNEXE}/receipts")
    assert leaks(everything_seen(demo)) == ["agent.log", "the broker"]


def everything_seen(demo: Demo, *paths: str) -> dict[str, str]:
    """All that the demonstration shows, says, logs and sends, by where."""
    api = (f"/api/v1/{name}" for name in ("sites", "rooms", "agents", "latest", "quarantine"))
    seen = {path: demo.page(path) for path in ("/", "/metrics", *api, *paths)}
    seen |= {log.name: log.read_text() for log in demo.temporary.rglob("*.log")}
    seen |= {"what it said": demo.said(), "the broker": overheard(demo)}
    seen["orders"] = (demo.temporary / "hostel" / "orders.json").read_text()
    return seen


def leaks(seen: dict[str, str]) -> list[str]:
    return sorted(where for where, text in seen.items() if WITHHELD in text.casefold())


def hostel(demo: Demo) -> int:
    """The process that runs the hostel, not its leash."""
    (pid,) = [
        pid
        for pid in descendants(demo.pid)
        if b"roomreach_hub.buildings" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:5]
    ]
    return pid


def overheard(demo: Demo) -> str:
    """Every topic and message on the broker during two intervals, and what it retains."""
    heard: list[str] = []
    with connected(demo) as client:
        client.on_message = lambda _client, _data, message: heard.append(
            f"{message.topic} {message.payload.decode(errors='replace')}"
        )
        client.subscribe("#", qos=0)
        time.sleep(INTERVALS_2_S)
    return "\n".join(heard)


def publish(demo: Demo, topic: str) -> None:
    with connected(demo) as client:
        client.publish(topic, b"?", qos=1, retain=True).wait_for_publish(5)


@contextmanager
def connected(demo: Demo) -> Iterator[Client]:
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.connect(LOOPBACK, demo.address.broker_port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()
