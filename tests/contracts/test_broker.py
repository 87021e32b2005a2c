"""What every broker the hub can run must do, asked by real clients."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from brokers import installed
from processes import listeners
from roomreach import topics
from roomreach.errors import Misconfigured, Unavailable
from roomreach.identifiers import AgentId, OutboxId
from roomreach.report import Key
from roomreach_hub.broker import BROKERS, Broker, choose
from roomreach_hub.broker.kind import LARGEST_PAYLOAD_BYTES
from roomreach_hub.ports import LOOPBACK
from servers import free_port, wait_until

AGENT = AgentId("a-cdfghjkmnp")
OUTBOX = OutboxId("o-cdfghjkmnp")
REPORTS = 200


Ours = Callable[[], list[int]]


class Client:
    """A real MQTT client on a thread of its own, remembering what it heard."""

    def __init__(self, port: int, name: str = "", *, protocol: int = 5, will: str | None = None) -> None:
        self.heard: list[paho.MQTTMessage] = []
        self.answers: dict[int, ReasonCode] = {}
        self.connected = threading.Event()
        self._subscribed = threading.Event()
        if protocol == paho.MQTTv5:
            self.client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=paho.MQTTv5)
        else:
            self.client = paho.Client(
                CallbackAPIVersion.VERSION2, name, clean_session=True, protocol=paho.MQTTv311
            )
        self.client.on_message = lambda _client, _data, message: self.heard.append(message)
        self.client.on_publish = self._on_publish
        self.client.on_connect = lambda *_: self.connected.set()
        self.client.on_disconnect = lambda *_: self.connected.clear()
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        if will:
            self.client.will_set(will, b"offline", qos=1, retain=True)
        clean = {"clean_start": True} if protocol == paho.MQTTv5 else {}
        self.client.connect(LOOPBACK, port, keepalive=30, **clean)
        self.client.loop_start()
        assert self.connected.wait(5), "not connected within 5 s"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def subscribe(self, *filters: str) -> Self:
        for topic_filter in filters:
            self._subscribed.clear()
            self.client.subscribe(topic_filter, qos=1)
            assert self._subscribed.wait(5), "no answer to a subscription within 5 s"
        return self

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        return self.client.publish(topic, payload, qos=1, retain=retain).mid

    def publish_and_wait(self, topic: str, payload: bytes, *, retain: bool = False) -> ReasonCode:
        mid = self.publish(topic, payload, retain=retain)
        wait_until(lambda: mid in self.answers, "the broker's acknowledgement")
        return self.answers[mid]

    def vanish(self) -> None:
        """Go as a box does whose power is cut: without a goodbye."""
        self.client.loop_stop()
        sock = self.client.socket()
        assert sock is not None
        sock.close()

    def _on_publish(
        self, _client: object, _data: object, mid: int, code: ReasonCode, _properties: Properties
    ) -> None:
        self.answers[mid] = code


@pytest.fixture(params=list(BROKERS))
def broker(
    ours: Ours,  # noqa: ARG001 - it looks around before the broker is there
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[Broker]:
    broker = Broker(choose(installed(request.param)), tmp_path, free_port())
    broker.start()
    yield broker
    broker.stop()


def topic(sequence: int) -> str:
    return topics.report(Key(AGENT, OUTBOX, sequence))


def test_a_report_published_reaches_the_collector_and_is_acknowledged(broker: Broker) -> None:
    with Client(broker.port) as collector, Client(broker.port) as agent:
        collector.subscribe(topics.ALL_REPORTS)
        assert not agent.publish_and_wait(topic(1), b"report").is_failure
        wait_until(lambda: len(collector.heard) == 1, "the report's arrival")
        assert (collector.heard[0].topic, collector.heard[0].payload) == (topic(1), b"report")
        assert collector.heard[0].qos == 1


def test_every_protocol_the_broker_claims_reads_the_shared_reports(broker: Broker) -> None:
    for protocol in sorted(broker.protocols):
        with Client(broker.port, protocol=protocol) as collector, Client(broker.port) as agent:
            collector.subscribe(topics.ALL_REPORTS)
            agent.publish_and_wait(topic(protocol), b"report")
            wait_until(lambda c=collector: len(c.heard) == 1, f"the arrival over protocol {protocol}")


def test_two_collectors_share_the_reports_and_each_is_heard_once(broker: Broker) -> None:
    with Client(broker.port) as one, Client(broker.port) as other, Client(broker.port) as agent:
        one.subscribe(topics.ALL_REPORTS)
        other.subscribe(topics.ALL_REPORTS)
        for sequence in range(1, REPORTS + 1):
            agent.publish(topic(sequence), b"report")
        wait_until(lambda: len(one.heard) + len(other.heard) >= REPORTS, "the arrival of all reports")
        time.sleep(0.2)
        heard = sorted(message.topic for message in one.heard + other.heard)
        assert heard == sorted(topic(sequence) for sequence in range(1, REPORTS + 1))
        assert min(len(one.heard), len(other.heard)) >= REPORTS // 10


def test_no_report_is_lost_between_presences(broker: Broker) -> None:
    with Client(broker.port) as collector, Client(broker.port) as agent:
        collector.subscribe(topics.ALL_REPORTS, topics.ALL_PRESENCES)
        sent = []
        for sequence in range(1, 6):
            agent.publish_and_wait(topics.presence(AGENT), b"online", retain=True)
            agent.publish_and_wait(topic(sequence), b"report")
            sent += [topics.presence(AGENT), topic(sequence)]
        wait_until(lambda: len(collector.heard) >= len(sent), "the arrival of every presence and report", 3)
        assert sorted(message.topic for message in collector.heard) == sorted(sent)


def test_a_receipt_reaches_its_own_agent_alone(broker: Broker) -> None:
    stranger = AgentId("a-zzzzzzzzzz")
    with Client(broker.port) as agent, Client(broker.port) as other, Client(broker.port) as collector:
        agent.subscribe(topics.receipts(AGENT))
        other.subscribe(topics.receipts(stranger))
        collector.publish_and_wait(topics.receipts(AGENT), b"receipt")
        wait_until(lambda: len(agent.heard) == 1, "the receipt's arrival")
        assert other.heard == []


def test_presence_is_told_to_who_asks_later(broker: Broker) -> None:
    with Client(broker.port) as agent:
        agent.publish_and_wait(topics.presence(AGENT), b"online", retain=True)
        with Client(broker.port) as page:
            page.subscribe(topics.presence(AGENT))
            wait_until(lambda: len(page.heard) == 1, "the presence's arrival")
            assert page.heard[0].payload == b"online"
            assert page.heard[0].retain


def test_presence_reaches_a_collector_that_is_there(broker: Broker) -> None:
    with Client(broker.port) as collector, Client(broker.port) as agent:
        collector.subscribe(topics.ALL_REPORTS, topics.ALL_PRESENCES)
        agent.publish_and_wait(topics.presence(AGENT), b"online", retain=True)
        wait_until(lambda: [m.payload for m in collector.heard] == [b"online"], "the greeting's arrival")
        assert not collector.heard[0].retain


def test_the_last_will_of_an_agent_without_power_is_delivered_and_retained(broker: Broker) -> None:
    with Client(broker.port) as page:
        page.subscribe(topics.presence(AGENT))
        agent = Client(broker.port, will=topics.presence(AGENT))
        agent.vanish()
        wait_until(lambda: [m.payload for m in page.heard] == [b"offline"], "the last will's arrival")
    with Client(broker.port) as late:
        late.subscribe(topics.presence(AGENT))
        wait_until(lambda: [m.payload for m in late.heard] == [b"offline"], "the retained will's arrival")


def test_a_collector_that_comes_back_hears_every_report_from_then_on(broker: Broker) -> None:
    with Client(broker.port) as agent:
        for life in range(3):
            with Client(broker.port) as collector:
                collector.subscribe(topics.ALL_REPORTS, topics.ALL_PRESENCES)
                sent = [topic(100 * life + sequence) for sequence in range(1, 11)]
                for one in sent:
                    agent.publish_and_wait(one, b"report")
                wait_until(lambda c=collector: len(c.heard) >= 10, "the arrival of every report", 3)
                assert sorted(message.topic for message in collector.heard) == sorted(sent)
            agent.publish_and_wait(topic(100 * life + 50), b"nobody hears this one")


def test_a_clean_start_forgets_what_was_subscribed(broker: Broker) -> None:
    with Client(broker.port, "collector") as collector:
        collector.subscribe(topics.ALL_REPORTS)
    with Client(broker.port, "collector") as collector, Client(broker.port) as agent:
        agent.publish_and_wait(topic(1), b"report")
        time.sleep(0.3)
        assert collector.heard == []


def test_a_report_nobody_is_there_to_hear_does_not_end_the_agent_s_connection(broker: Broker) -> None:
    with Client(broker.port) as agent:
        agent.publish_and_wait(topic(1), b"report")
        time.sleep(0.2)
        assert agent.connected.is_set()


def test_a_message_of_one_mebibyte_passes(broker: Broker) -> None:
    with Client(broker.port) as collector, Client(broker.port) as agent:
        collector.subscribe(topics.ALL_REPORTS)
        agent.publish(topic(1), bytes(LARGEST_PAYLOAD_BYTES))
        wait_until(lambda: len(collector.heard) == 1, "the arrival of one mebibyte")
        assert len(collector.heard[0].payload) == LARGEST_PAYLOAD_BYTES


def test_a_message_above_the_limit_reaches_nobody_and_the_broker_goes_on(broker: Broker) -> None:
    with Client(broker.port) as collector, Client(broker.port) as agent:
        collector.subscribe(topics.ALL_REPORTS)
        with Client(broker.port) as careless:
            careless.client.reconnect_delay_set(30, 30)
            mid = careless.publish(topic(1), bytes(2 * LARGEST_PAYLOAD_BYTES))
            wait_until(
                lambda: mid in careless.answers or not careless.connected.is_set(),
                "an answer or the end of the connection",
            )
        agent.publish_and_wait(topic(2), b"report")
        wait_until(lambda: collector.heard != [], "the arrival of the next report")
        assert [message.topic for message in collector.heard] == [topic(2)]
        assert broker.alive()


def test_the_broker_listens_on_the_loopback_address_alone(broker: Broker, ours: Ours) -> None:
    listening = [address for pid in ours() for address in listeners(pid)]
    assert (LOOPBACK, broker.port) in listening
    assert {address for address, _ in listening} == {LOOPBACK}


def test_stopping_leaves_no_process_and_no_listener(broker: Broker, ours: Ours) -> None:
    mine = ours()
    assert mine
    broker.stop()
    assert not broker.alive()
    assert not any(Path(f"/proc/{pid}").exists() for pid in mine)
    broker.stop()


def test_a_killed_broker_is_noticed_and_comes_back_on_the_same_port(broker: Broker, ours: Ours) -> None:
    for pid in ours():
        if listeners(pid):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not broker.alive(), "the broker's end being noticed")
    broker.start()
    with Client(broker.port) as agent:
        assert not agent.publish_and_wait(topics.presence(AGENT), b"online", retain=True).is_failure


def test_a_broker_whose_leash_was_cut_is_replaced_all_the_same(broker: Broker, ours: Ours) -> None:
    leash, *_ = ours()
    os.kill(leash, signal.SIGKILL)
    wait_until(lambda: not broker.alive(), "the leash's end being noticed")
    broker.start()
    assert broker.alive()


def test_a_port_in_use_is_said_in_words(broker: Broker, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    kind = next(kind for kind in BROKERS.values() if kind.title == broker.title)
    with pytest.raises(Misconfigured, match=f"Port {broker.port}, meant for the broker, is used"):
        Broker(kind, tmp_path / "second", broker.port).start()


def test_a_broker_that_cannot_start_says_why_in_its_own_words(broker: Broker, ours: Ours) -> None:
    broker.stop()
    broker._text = json.dumps({"not": "a configuration"})
    with pytest.raises(Unavailable, match=r"did not start: .+"):
        broker.start()
    assert ours() == []
