"""The broker's side of the collector: reports and presences in; receipts, and what is wanted, out.

paho's network thread calls back into here. The callbacks only enqueue, because an exception in one would
kill that thread while it still said connected; and no lock of ours is held while ``publish`` runs, because
paho holds its own while it calls back.
"""

import logging
import random
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from roomreach import topics
from roomreach.desired import Desired
from roomreach.errors import Misconfigured
from roomreach.identifiers import AgentId
from roomreach.receipt import Receipt
from roomreach.wire import encode_desired, encode_receipt
from roomreach_collector.buffer import Buffer
from roomreach_collector.post import Message, now_ms

MOST_RECEIPTS = 10_000
"""How many receipts may wait for the broker's acknowledgement; more are dropped, and asked for again."""

_KEEPALIVE_S = 30

_log = logging.getLogger(__name__)


class Protocol(IntEnum):
    """The version of MQTT to read with.

    3.1.1 costs paho half the time per message, and Mosquitto serves shared subscriptions to it as well.
    The embedded broker's listener speaks 5 only.
    """

    V311 = MQTTProtocolVersion.MQTTv311
    V5 = MQTTProtocolVersion.MQTTv5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Whom to trust, and who we are. Without ``ca`` the system's authorities are trusted."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Read the files; raises ``Misconfigured`` when they cannot be used."""
        try:
            context = ssl.create_default_context(cafile=self.ca)
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as exc:
            raise Misconfigured(
                f"The broker's certificates cannot be used ({exc}): check the files that are named for it."
            ) from exc
        return context


class Inbox:
    """A connection to the broker that heals itself, with a bounded buffer behind it."""

    def __init__(
        self,
        host: str,
        port: int = 1883,
        *,
        tls: Tls | None = None,
        protocol: Protocol = Protocol.V311,
        buffer: Buffer | None = None,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._host, self._port = host, port
        self._buffer = buffer or Buffer()
        self._clock = clock
        self._connected = threading.Event()
        self._lost_at: float | None = time.monotonic()
        self._complained = False
        self._client = self._make_client(protocol, tls)

    def start(self) -> None:
        """Connect in the background, for as long as it takes."""
        self._client.connect_async(self._host, self._port, keepalive=_KEEPALIVE_S, clean_start=True)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()
        self._connected.clear()

    def take(self, most: int, *, age_s: float, wait_s: float) -> list[Message]:
        """Take a batch, as ``Post.take`` says."""
        return self._buffer.take(most, age_s=age_s, wait_s=wait_s)

    def publish_receipt(self, agent: AgentId, receipt: Receipt) -> bool:
        """Hand a receipt to the broker; False when there is none, or too many wait for it."""
        return self._publish(topics.receipts(agent), encode_receipt(receipt))

    def publish_desired(self, agent: AgentId, desired: Desired) -> bool:
        """Hand what is wanted to the broker, which keeps it; False when there is none, or too much waits."""
        return self._publish(topics.desired(agent), encode_desired(desired), retain=True)

    @property
    def connected(self) -> bool:
        """Whether the broker answers just now."""
        return self._connected.is_set()

    @property
    def lost_s(self) -> float:
        """For how long the broker has not answered, since the start if it never has."""
        lost_at = self._lost_at
        return 0.0 if lost_at is None else time.monotonic() - lost_at

    @property
    def oldest_ms(self) -> int | None:
        """When the message that has waited longest came in."""
        return self._buffer.oldest_ms

    @property
    def dropped(self) -> int:
        """How many messages came while the buffer was full."""
        return self._buffer.dropped

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        # Without a connection paho would keep it for later, when it will have been asked for again.
        if not self._connected.is_set():
            return False
        sent = self._client.publish(topic, payload, qos=1, retain=retain)
        return sent.rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def _make_client(self, protocol: Protocol, tls: Tls | None) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"collector-{uuid.uuid4().hex[:12]}",
            clean_session=True if protocol is Protocol.V311 else None,
            protocol=MQTTProtocolVersion(protocol),
        )
        if tls is not None:
            client.tls_set_context(tls.context())
        client.suppress_exceptions = True
        client.max_queued_messages_set(MOST_RECEIPTS)
        if protocol is Protocol.V311:
            # 3.1.1 knows no bound but ours; with one of its own paho searches its queue at every receipt.
            client.max_inflight_messages_set(0)
        # Each collector draws its own delays, so that they do not all come back in the same moment.
        first = random.uniform(0.5, 1.5)  # noqa: S311 - a delay is no secret
        client.reconnect_delay_set(min_delay=first, max_delay=20 * first)  # type: ignore[arg-type]
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._buffer.put(Message(message.topic, bytes(message.payload), self._clock(), message.retain))

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _p: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._complain(f"it refuses us: {reason}")
            return
        client.subscribe([(topics.ALL_REPORTS, 1), (topics.ALL_PRESENCES, 1)])

    def _on_connect_fail(self, _client: Client, _userdata: object) -> None:
        self._complain("it cannot be reached")

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _p: Properties | None,
    ) -> None:
        self._connected.clear()
        if self._lost_at is None:
            self._lost_at = time.monotonic()
        if reason.is_failure:
            self._complain(str(reason))

    def _on_subscribe(
        self, _client: Client, _userdata: object, _mid: int, reasons: list[ReasonCode], _p: Properties | None
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            _log.error("the broker refuses our subscriptions, so no report will come: check its access list")
            return
        self._connected.set()
        lost_at, self._lost_at = self._lost_at, None
        waited = 0.0 if lost_at is None else time.monotonic() - lost_at
        _log.info("the broker answers, after %.1f s", waited)
        self._complained = False

    def _complain(self, why: str) -> None:
        if not self._complained:
            self._complained = True
            _log.warning("no broker, so nothing is received until it answers: %s", why)
