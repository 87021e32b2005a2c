"""One connection to the broker, from connecting to its end. The next connection is another line.

paho's loop runs in the caller's thread, so nothing here is shared and no lock is held across ``publish()``.
Its callbacks only append to ``events``: an exception in one would end the connection without a word.
"""

import select
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from roomreach import topics
from roomreach.errors import Unavailable
from roomreach.identifiers import AgentId
from roomreach_agent.clock import Clock, Instant
from roomreach_agent.settings import Broker
from roomreach_agent.uplink.presence import presence

KEEPALIVE_S = 30
_CONNECT_WITHIN_S = 5


@dataclass(frozen=True, slots=True)
class Ready:
    """We are connected, and will hear every receipt from here on; and what is ``desired``, if we may."""

    desired: bool = True


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is over. ``taken_over``: another client used our name."""

    why: str
    taken_over: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """A message on our receipts topic, and when it arrived by our clocks."""

    payload: bytes
    at: Instant


@dataclass(frozen=True, slots=True)
class Desires:
    """A message about what the server wants of us."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The broker took a message, or did not: then ``refusal`` says why. Nothing is stored yet either way."""

    message: int
    refusal: str | None = None


Event = Ready | Lost | Heard | Desires | Acknowledged


class Line:
    """A connection with a clean session, on which the broker owes at most ``window`` acknowledgements."""

    def __init__(self, broker: Broker, agent: AgentId, *, clock: Clock, window: int) -> None:
        self.events: deque[Event] = deque()
        self._broker, self._agent, self._clock, self._window = broker, agent, clock, window
        self._unacknowledged: set[int] = set()
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=agent,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = _CONNECT_WITHIN_S
        client.max_inflight_messages = window
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        self._client = client

    def open(self) -> None:
        """Connect, and ask to hear what is ours; raise ``Unavailable``, with the cause, if nobody answers."""
        try:
            if self._broker.ca:
                self._client.tls_set_context(_verified(self._broker))
            self._client.will_set(
                topics.presence(self._agent),
                presence("offline", self._clock.now().wall_ms),
                qos=1,
                retain=True,
            )
            self._client.connect(self._broker.host, self._broker.port, KEEPALIVE_S, clean_start=True)
        except (OSError, ValueError) as exc:
            raise Unavailable(_cause(exc)) from exc

    def announce(self) -> None:
        """Say that we are here; a collector answers with its time."""
        self.publish(topics.presence(self._agent), presence("online", self._clock.now().wall_ms), retain=True)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int | None:
        """Send, and give the number its acknowledgement will bear; None when the broker owes too many."""
        if len(self._unacknowledged) >= self._window:
            return None
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return None
        self._unacknowledged.add(info.mid)
        return int(info.mid)

    def wait(self, timeout_s: float, bell: int) -> bool:
        """Let the network do its work until something happens; say whether the bell rang."""
        line = cast("socket.socket | None", self._client.socket())
        if line is None:
            self.events.append(Lost("the connection ended"))
        if line is None or self.events:
            return False
        # TLS may hold bytes that it has read already and the kernel knows nothing of.
        pending = isinstance(line, ssl.SSLSocket) and line.pending() > 0
        listening: list[socket.socket | int] = [line, bell]
        writing = [line] if self._client.want_write() else []
        readers, writers, _ = select.select(listening, writing, [], 0 if pending else max(timeout_s, 0))
        if writers:
            self._client.loop_write()
        if pending or line in readers:
            self._client.loop_read()
        self._client.loop_misc()
        return bell in readers

    def close(self) -> None:
        """Say good-bye, without waiting for an answer."""
        if self._client.is_connected():
            at_ms = self._clock.now().wall_ms
            self._client.publish(topics.presence(self._agent), presence("offline", at_ms), retain=True)
        self._client.disconnect()
        line = self._client.socket()
        if line:
            line.close()

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, properties: object
    ) -> None:
        if reason.is_failure:
            self.events.append(Lost(f"the broker does not let us in: {reason}"))
            return
        self._window = min(self._window, getattr(properties, "ReceiveMaximum", self._window))
        client.subscribe([(topics.receipts(self._agent), 1), (topics.desired(self._agent), 1)])

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, reasons: list[ReasonCode], _properties: object
    ) -> None:
        # Without receipts nothing could ever be forgotten; without what is desired, all but tests goes on.
        receipts, desired = reasons[0], reasons[-1]
        self.events.append(
            Lost(f"the broker does not let us hear receipts: {receipts}")
            if receipts.is_failure
            else Ready(desired=not desired.is_failure)
        )

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        payload = bytes(message.payload)
        desired = message.topic == topics.desired(self._agent)
        self.events.append(Desires(payload) if desired else Heard(payload, self._clock.now()))

    def _on_publish(
        self, _client: Client, _data: object, mid: int, reason: ReasonCode, _properties: Properties
    ) -> None:
        self._unacknowledged.discard(mid)
        # 0x10 is no failure to MQTT, but nobody has the report.
        unheard = reason.is_failure or reason.value == _NOBODY_SUBSCRIBES
        self.events.append(Acknowledged(mid, str(reason) if unheard else None))

    def _on_disconnect(
        self, _client: Client, _data: object, _flags: DisconnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        self.events.append(Lost(f"the connection ended: {reason}", taken_over=reason.value == _TAKEN_OVER))


_NOBODY_SUBSCRIBES = 0x10
_TAKEN_OVER = 0x8E


def _verified(broker: Broker) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=broker.ca)
    if broker.certificate:
        context.load_cert_chain(broker.certificate, broker.key)
    return context


_CAUSES: Mapping[type[Exception], str] = {
    socket.gaierror: "its name cannot be looked up",
    TimeoutError: "it does not answer",
    ConnectionRefusedError: "nobody listens there",
}


def _cause(exc: Exception) -> str:
    """Say what went wrong, without the address that most of these messages hold."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {exc.verify_message.split(',')[0]}"
    if isinstance(exc, ssl.SSLError):
        return f"no TLS with it: {exc.reason}"
    return _CAUSES.get(type(exc)) or getattr(exc, "strerror", None) or type(exc).__name__
