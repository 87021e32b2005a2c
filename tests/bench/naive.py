"""What both naive designs share: reading a report with ``json``, points with ``Point``. Frozen."""

import json
from collections.abc import Callable

import paho.mqtt.client as paho
import requests
from influxdb_client import Point

Message = paho.MQTTMessage


def points(payload: bytes) -> list[Point]:
    """A report's points, field by field."""
    report = json.loads(payload)
    made = []
    for measurement in report["measurements"]:
        point = _point(measurement.pop("kind"), report)
        if "target" in measurement:
            point.tag("target", measurement.pop("target"))
        point.field("outcome", "ok")
        for name, value in measurement.items():
            point.field(name, value)
        made.append(point)
    proof = _point("report", report)
    for name in ("outbox", "sequence", "boot", "boot_ms", "highest", "dropped", "interval_s"):
        proof.field(name, report[name])
    made.append(proof)
    return made


def lines(payload: bytes) -> bytes:
    """A report's points as line protocol."""
    return "\n".join(point.to_line_protocol() for point in points(payload)).encode()


def writer(url: str) -> Callable[[bytes], None]:
    """A function that writes lines and waits for the confirmation."""
    session = requests.Session()

    def write(body: bytes) -> None:
        session.post(f"{url}/write?db=bench&precision=ms", data=body, timeout=30).raise_for_status()

    return write


def listen(port: int, on_message: Callable[[object, object, Message], None]) -> None:
    """Hand every report to a function, for ever."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, "naive")
    client.on_connect = lambda *_: client.subscribe("roomreach/v1/agents/+/reports/#", qos=1)
    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.loop_forever()


def _point(series: str, report: dict[str, object]) -> Point:
    point = Point(series).time(report["taken_ms"], write_precision="ms")
    for tag in ("authority", "provider", "site", "room"):
        point.tag(tag, f"x-{str(report['agent'])[2:]}")
    return point.tag("agent", report["agent"]).tag("role", "room")
