"""The program itself: it says what is wrong with its settings, waits for what is away, stops when told."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from collecting import AGENT, OUTBOX, a_report
from roomreach import topics
from roomreach.receipt import ranges
from roomreach.wire import decode_receipt, encode_report
from servers import Mosquitto, Program, free_port, wait_until

COMMAND = [sys.executable, "-m", "roomreach_collector"]


def environment(folder: Path, port: int) -> dict[str, str]:
    return {
        "ROOMREACH_BROKER": f"mqtt://127.0.0.1:{port}",
        "ROOMREACH_RECORDS": f"sqlite:///{folder}/records.db",
        "ROOMREACH_SERIES": "memory:",
    }


def test_wrong_settings_end_it_at_once_with_every_fault() -> None:
    wrong = {"ROOMREACH_BROKER": "here", "PATH": os.environ["PATH"]}
    ended = subprocess.run(COMMAND, env=wrong, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2
    for name in ("ROOMREACH_BROKER", "ROOMREACH_RECORDS", "ROOMREACH_SERIES"):
        assert name in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_store_nobody_has_heard_of_ends_it_too(tmp_path: Path) -> None:
    wrong = {**os.environ, **environment(tmp_path, 1883), "ROOMREACH_SERIES": "papyrus://"}
    ended = subprocess.run(COMMAND, env=wrong, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2
    assert "papyrus" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_a_broker_it_waits_and_then_answers_and_stops_when_told(tmp_path: Path) -> None:
    port, heard = free_port(), list[MQTTMessage]()
    with Program(COMMAND, tmp_path / "log", environment(tmp_path, port)) as program:
        wait_until(lambda: "no broker" in (tmp_path / "log").read_text(), "missing the broker")
        with Mosquitto(tmp_path, port):
            client = Client(CallbackAPIVersion.VERSION2)
            client.on_message = lambda _client, _userdata, message: heard.append(message)
            client.connect("127.0.0.1", port)
            client.loop_start()
            client.subscribe(topics.receipts(AGENT), qos=1)
            wait_until(lambda: "the broker answers" in (tmp_path / "log").read_text(), "finding the broker")
            client.publish(topics.report(a_report().key), encode_report(a_report()), qos=1)
            wait_until(lambda: bool(heard), "a receipt arriving")
            client.disconnect()
            client.loop_stop()
            receipt = decode_receipt(heard[0].payload)
            assert (receipt.outbox, receipt.stored) == (OUTBOX, ranges([1]))
            assert program.process
            program.process.send_signal(signal.SIGTERM)
            assert program.process.wait(20) == 0
    assert "the collector has stopped" in (tmp_path / "log").read_text()


def test_it_stops_when_told_even_while_the_broker_is_away(tmp_path: Path) -> None:
    with Program(COMMAND, tmp_path / "log", environment(tmp_path, free_port())) as program:
        wait_until(lambda: "the collector runs" in (tmp_path / "log").read_text(), "starting")
        assert program.process
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(20) == 0
