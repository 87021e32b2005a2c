"""The inbox on a real broker: what comes in, what goes out, and what happens when the broker dies."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from collecting import AGENT, OUTBOX
from roomreach import topics
from roomreach.errors import Misconfigured
from roomreach.receipt import Receipt
from roomreach.report import Key
from roomreach.wire import decode_receipt
from roomreach_collector.buffer import Buffer
from roomreach_collector.inbox import Inbox, Protocol, Tls
from roomreach_collector.post import Message
from servers import Mosquitto, free_port, wait_until

REPORT = topics.report(Key(AGENT, OUTBOX, 1))


@contextmanager
def running(inbox: Inbox) -> Iterator[Inbox]:
    inbox.start()
    try:
        yield inbox
    finally:
        inbox.stop()


@contextmanager
def agent(port: int) -> Iterator[tuple[Client, list[MQTTMessage]]]:
    """An agent's connection, and the receipts it has heard."""
    heard: list[MQTTMessage] = []
    ready = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _userdata, message: heard.append(message)
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe(topics.receipts(AGENT), qos=1)
    assert ready.wait(20)
    try:
        yield client, heard
    finally:
        client.disconnect()
        client.loop_stop()


def take_all(inbox: Inbox, number: int) -> list[Message]:
    taken: list[Message] = []

    def enough() -> bool:
        taken.extend(inbox.take(number, age_s=0.01, wait_s=0.1))
        return len(taken) >= number

    wait_until(enough, f"{number} messages arriving")
    return taken


@pytest.mark.parametrize("protocol", list(Protocol))
def test_reports_and_presences_come_in_and_receipts_go_out(mosquitto: Mosquitto, protocol: Protocol) -> None:
    with (
        running(Inbox("127.0.0.1", mosquitto.port, protocol=protocol, clock=lambda: 5)) as inbox,
        agent(mosquitto.port) as (client, heard),
    ):
        wait_until(lambda: inbox.connected, "connecting")
        client.publish(REPORT, b"report", qos=1).wait_for_publish(20)
        client.publish(topics.presence(AGENT), b"online", qos=1).wait_for_publish(20)
        client.publish(f"{REPORT}/more", b"x" * 1_000_000, qos=1).wait_for_publish(20)
        assert take_all(inbox, 3) == [
            Message(REPORT, b"report", 5),
            Message(topics.presence(AGENT), b"online", 5),
            Message(f"{REPORT}/more", b"x" * 1_000_000, 5),
        ]
        receipt = Receipt(at_ms=5, outbox=OUTBOX, stored=((1, 1),))
        assert inbox.publish_receipt(AGENT, receipt)
        wait_until(lambda: len(heard) == 1, "a receipt arriving")
        assert decode_receipt(heard[0].payload) == receipt
        assert (heard[0].qos, heard[0].retain) == (1, False)


def test_two_collectors_share_the_reports_between_them(mosquitto: Mosquitto) -> None:
    with (
        running(Inbox("127.0.0.1", mosquitto.port)) as first,
        running(Inbox("127.0.0.1", mosquitto.port)) as second,
        agent(mosquitto.port) as (client, _),
    ):
        wait_until(lambda: first.connected and second.connected, "connecting")
        for number in range(1, 21):
            client.publish(topics.report(Key(AGENT, OUTBOX, number)), b"report", qos=1).wait_for_publish(20)
        taken: list[Message] = []

        def all_taken() -> bool:
            for inbox in (first, second):
                taken.extend(inbox.take(99, age_s=0.0, wait_s=0.05))
            return len(taken) >= 20

        wait_until(all_taken, "20 reports arriving")
        assert len({message.topic for message in taken}) == len(taken) == 20


def test_more_receipts_than_the_broker_takes_at_once_all_arrive(mosquitto: Mosquitto) -> None:
    with (
        running(Inbox("127.0.0.1", mosquitto.port)) as inbox,
        agent(mosquitto.port) as (_, heard),
    ):
        wait_until(lambda: inbox.connected, "connecting")
        assert all(inbox.publish_receipt(AGENT, Receipt(at_ms=number)) for number in range(900))
        wait_until(lambda: len(heard) >= 900, "900 receipts arriving")
        assert [decode_receipt(message.payload).at_ms for message in heard] == list(range(900))


def test_a_broker_that_dies_is_found_again_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "roomreach_collector")
    with Mosquitto(tmp_path) as broker, running(Inbox("127.0.0.1", broker.port)) as inbox:
        wait_until(lambda: inbox.connected, "connecting")
        broker.kill()
        wait_until(lambda: not inbox.connected, "noticing that the broker is gone")
        wait_until(lambda: inbox.lost_s > 0.1, "saying for how long it has been gone")
        assert not inbox.publish_receipt(AGENT, Receipt(at_ms=5))
        broker.start()
        wait_until(lambda: inbox.connected and inbox.lost_s == 0, "connecting again")
        with agent(broker.port) as (client, _):
            client.publish(REPORT, b"report", qos=1).wait_for_publish(20)
            assert [message.payload for message in take_all(inbox, 1)] == [b"report"]
    regained, lost, again = caplog.messages
    assert regained.startswith("the broker answers, after ")
    assert lost.startswith("no broker, so nothing is received until it answers: ")
    assert again.startswith("the broker answers, after ")


def test_a_broker_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    port = free_port()
    with running(Inbox("127.0.0.1", port)) as inbox:
        assert not inbox.connected
        with Mosquitto(tmp_path, port):
            wait_until(lambda: inbox.connected, "connecting")


def test_an_inbox_that_is_full_drops_and_goes_on(mosquitto: Mosquitto) -> None:
    small = Buffer(most_messages=3)
    with (
        running(Inbox("127.0.0.1", mosquitto.port, buffer=small)) as inbox,
        agent(mosquitto.port) as (client, _),
    ):
        wait_until(lambda: inbox.connected, "connecting")
        for _ in range(10):
            client.publish(REPORT, b"report", qos=1).wait_for_publish(20)
        wait_until(lambda: inbox.dropped == 7, "dropping seven")
        assert len(inbox.take(99, age_s=0.0, wait_s=0.0)) == 3


def test_certificates_that_cannot_be_read_stop_us_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("this is no certificate")
    with pytest.raises(Misconfigured, match="certificates cannot be used"):
        Inbox("127.0.0.1", tls=Tls(ca=tmp_path / "ca"))
