"""A slot that the server gives becomes a throughput on the room's page: every process is the real one."""

import json
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from hubs import Up, facts
from roomreach import topics
from roomreach.desired import Desired, Slot
from roomreach.identifiers import AgentId
from roomreach.wire import encode_desired
from roomreach_hub.ports import LOOPBACK
from servers import Program, wait_until

MOST_BYTES = 4_000_000


def test_a_test_in_its_slot_is_measured_stored_and_shown(tmp_path: Path) -> None:
    with Up(tmp_path / "hub", "--speed-port", "0") as up:
        made = installed(up)
        box = tmp_path / "box"
        box.mkdir()
        with Program(
            [sys.executable, "-m", "roomreach_agent", "run", "--settings", settings(up, made, box)],
            tmp_path / "agent.log",
        ):
            # A slot that began before an agent first ran is none of its.
            wait_until(lambda: made["agent"] in up.page("/api/v1/latest"), "the agent's first report", 60)
            grant(up, AgentId(made["agent"]))
            wait_until(lambda: measured_by(up, made), "a throughput test in the series", 60)
        (found,) = measured_by(up, made)
        assert found["outcome"] == "ok"
        assert found["engine"] == "own"
        assert found["download_mbps"] > 1
        assert found["upload_mbps"] > 1
        arrived = found["download_bytes"] + found["upload_bytes"]
        assert 0 < arrived <= MOST_BYTES
        # The kernel counts what others move over this machine's loopback interface, too.
        assert found["spent_bytes"] > arrived
        assert found["idle_ms"] < 50
        assert f"{found['download_mbps']:,.0f}" in up.page(f"/rooms/{made['room']}").replace(",", "")


def installed(up: Up) -> dict[str, Any]:
    within = ("--room", "12", "--in", up.folder.path)
    known = ("--name", "Northgate House", "--provider", "Northgate Homes", "--authority", "Hackney")
    kind = ("--category", "hostel", "--safeguarding", "none")
    site = facts("sites", "add", *known, *kind, *within)
    made: dict[str, Any] = facts("agents", "add", "--site", site["site"], *within)
    return made


def settings(up: Up, made: dict[str, Any], box: Path) -> Path:
    """What `roomreach agents add` wrote, for a box whose files stand in a folder of the test's."""
    token = box / "speed-token"
    token.write_text((up.folder.path / "speed-tokens" / made["agent"]).read_text())
    written = made["settings"].replace("/etc/roomreach/speed.token", str(token))
    written = written.replace("interval_s = 60", "interval_s = 2")
    written += f'\n[outbox]\npath = "{box}/outbox.db"\n\n[clock]\nkept_by = "host"\n'
    assert tomllib.loads(written)["throughput"]["server"].endswith(str(up.address.speed_port))
    (box / "agent.toml").write_text(written)
    return box / "agent.toml"


def grant(up: Up, agent: AgentId) -> None:
    """Give a slot that begins at once, as the collector gives those of the day."""
    now_ms = int(time.time() * 1000)
    slot = Slot(start_ms=now_ms + 3_000, latest_ms=now_ms + 60_000, most_bytes=MOST_BYTES)
    wanted = Desired(version=2**50, issued_ms=now_ms, tests=(slot,))
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.connect(LOOPBACK, up.address.broker_port)
    client.loop_start()
    try:
        client.publish(topics.desired(agent), encode_desired(wanted), qos=1, retain=True).wait_for_publish(5)
    finally:
        client.disconnect()
        client.loop_stop()


def measured_by(up: Up, made: dict[str, Any]) -> list[dict[str, Any]]:
    """Every test of the agent in the series, as the API gives it."""
    answer = json.loads(up.page(f"/api/v1/series/throughput?agent={made['agent']}"))
    names = [column["name"] for column in answer["columns"]]
    return [
        dict(zip(names, row["values"], strict=True)) for track in answer["tracks"] for row in track["rows"]
    ]
