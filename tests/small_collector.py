"""A collector of few lines, for tests of the agent alone: it remembers what it hears, and answers as told."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from roomreach import topics
from roomreach.identifiers import AgentId
from roomreach.receipt import Receipt
from roomreach.report import Key
from roomreach.wire import encode_receipt
from servers import wait_until


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class SmallCollector:
    """Hears every report and presence of one broker. ``clock`` is the time it puts into its receipts."""

    def __init__(
        self, port: int, *, answering: bool = True, greeting: bool = True, clock: Callable[[], int] = now_ms
    ) -> None:
        self.answering, self.greeting, self.clock = answering, greeting, clock
        self.heard: dict[Key, list[bytes]] = defaultdict(list)
        self.presences: list[tuple[AgentId, bytes]] = []
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, 1)
        self._port = port

    def __enter__(self) -> Self:
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        wait_until(self._subscribed.is_set, "the small collector subscribing")
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def answer(self, agent: AgentId, receipt: Receipt) -> None:
        self.say(agent, encode_receipt(receipt))

    def say(self, agent: AgentId, payload: bytes) -> None:
        self._client.publish(topics.receipts(agent), payload, qos=1)

    def _on_connect(self, client: Client, *_: Any) -> None:
        client.subscribe([(topics.ALL_REPORTS, 1), (topics.ALL_PRESENCES, 1)])

    def _on_message(self, _client: Client, _data: object, message: Any) -> None:
        key = topics.key_of(message.topic)
        if key:
            self.heard[key].append(message.payload)
            if self.answering:
                span = (key.sequence, key.sequence)
                self.answer(key.agent, Receipt(at_ms=self.clock(), outbox=key.outbox, stored=(span,)))
            return
        agent = topics.greeting_of(message.topic)
        if agent and not message.retain:  # what was said before we listened is old
            self.presences.append((agent, message.payload))
            if self.greeting and b"online" in message.payload:
                self.answer(agent, Receipt(at_ms=self.clock()))
