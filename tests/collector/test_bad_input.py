"""Everything bad at once, on a real broker, to a running collector, amid good reports."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle, islice
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from collecting import (
    AGENT,
    TYPICAL,
    Told,
    UnreliableSeries,
    a_report,
    answers_in,
    install,
    reports_in,
)
from roomreach import topics
from roomreach.errors import Unavailable
from roomreach.identifiers import AgentId, OutboxId
from roomreach.receipt import Receipt, Refusal
from roomreach.report import Key
from roomreach.wire import decode_receipt, digest, encode_report
from roomreach_collector.buffer import Buffer
from roomreach_collector.collector import Collector, Pace
from roomreach_collector.inbox import Inbox
from roomreach_collector.post import now_ms
from roomreach_collector.sorting import FUTURE_MS, INVALID_TOPIC
from roomreach_store.records import Records, quarantine
from servers import Mosquitto, wait_until

HOSTILE = AgentId("a-hostile2")
HYPOTHESIS_MADE = 10_000

Sent = tuple[Key, bytes]


class Sender:
    """Agents on one connection: they send, hear receipts, and send again what nobody answered."""

    def __init__(self, port: int) -> None:
        self._receipts: list[tuple[AgentId, Receipt]] = []
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(200)
        self._client.on_message = self._hear
        ready = threading.Event()
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe("roomreach/v1/agents/+/receipts", qos=1)
        assert ready.wait(20)

    def _hear(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._receipts.append((AgentId(message.topic.split("/")[3]), decode_receipt(message.payload)))

    @property
    def told(self) -> dict[Key, list[Told]]:
        return answers_in(self._receipts)

    def publish(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1)

    def send(self, *sent: Sent) -> None:
        for key, payload in sent:
            self.publish(topics.report(key), payload)

    def unanswered(self, sent: list[Sent]) -> list[Sent]:
        """What has no answer yet. Stored answers one version of a key, and the others wait for theirs."""
        told = {key: {of for of, _ in answers} for key, answers in self.told.items()}
        open_versions: dict[Key, dict[bytes, None]] = defaultdict(dict)
        for key, payload in sent:
            if digest(payload) not in told.get(key, ()):
                open_versions[key][payload] = None
        return [
            (key, payload)
            for key, payloads in open_versions.items()
            if None not in told.get(key, ()) or len(payloads) > 1
            for payload in payloads
        ]

    def send_until_answered(self, sent: list[Sent], within_s: float = 120) -> None:
        deadline = time.monotonic() + within_s
        self.wait_until_quiet()
        while missing := self.unanswered(sent):
            assert time.monotonic() < deadline, f"{len(missing)} unanswered, the first {missing[0]!r}"
            self.send(*missing)
            self.wait_until_quiet()

    def wait_until_quiet(self) -> None:
        before = -1
        while before != (before := len(self._receipts)):
            time.sleep(0.4)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def sending(port: int) -> Iterator[Sender]:
    sender = Sender(port)
    try:
        yield sender
    finally:
        sender.stop()


@contextmanager
def running(collector: Collector) -> Iterator[Collector]:
    collector.start()
    try:
        wait_until(lambda: collector.connected, "connecting")
        yield collector
    finally:
        collector.stop()


WHOLE = [encode_report(a_report(measurements=TYPICAL[start:])) for start in range(len(TYPICAL))]


def damage(number: int) -> bytes:
    """One number is one fault in one report: a whole strategy for each would take a minute."""
    number, which = divmod(number, len(WHOLE))
    number, at = divmod(number, len(WHOLE[which]))
    how, byte = divmod(number % 1024, 256)
    payload = bytearray(WHOLE[which])
    tail = (bytes([byte]) + payload[at + 1 :], b"", bytes([byte]) + payload[at:], payload[at:] + payload[at:])
    return bytes(payload[:at] + tail[how])


def hypothesis_made(number: int) -> list[bytes]:
    """Any bytes at all, and damaged reports: the same ones in every run."""
    made: list[bytes] = []
    faults = st.integers(0, 2**32).map(damage)

    @settings(
        max_examples=number // 100,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.one_of(st.binary(max_size=200), faults), min_size=100, max_size=100, unique=True))
    def collect(payloads: list[bytes]) -> None:
        made.extend(payloads)

    collect()
    return list(islice(cycle(made), number))


def hand_made(now: int) -> list[tuple[Sent, Refusal]]:
    """One of each thing that can be wrong, and what it is to be refused for."""
    good = replace(
        a_report(measurements=TYPICAL), agent=HOSTILE, outbox=OutboxId("o-handmade2"), taken_ms=now
    )
    whole = encode_report(good)
    cases = [
        (b"{", Refusal.MALFORMED),
        (whole[:-10], Refusal.MALFORMED),
        (b"[" * 30_000, Refusal.MALFORMED),
        (b"\x00" * 1_000_000, Refusal.TOO_LARGE),
        (whole + b" " * 1_000_000, Refusal.TOO_LARGE),
        (whole.replace(b'"v":1', b'"v":2'), Refusal.WRONG_VERSION),
        (whole.replace(b'"rcode":0', b'"rcode":-1'), Refusal.OUT_OF_BOUNDS),
        (encode_report(replace(good, taken_ms=now + 2 * FUTURE_MS)), Refusal.FUTURE_DATED),
        (encode_report(replace(good, taken_ms=5)), Refusal.IMPOSSIBLE_TIME),
        (encode_report(replace(good, agent=AGENT)), Refusal.MISADDRESSED),
        (encode_report(replace(good, interval_s=999)), Refusal.NOT_STORABLE),
    ]
    sent = []
    for sequence, (payload, reason) in enumerate(cases, start=1):
        if reason in {Refusal.FUTURE_DATED, Refusal.IMPOSSIBLE_TIME, Refusal.NOT_STORABLE}:
            payload = payload.replace(b'"sequence":1,', b'"sequence":%d,' % sequence)  # noqa: PLW2901 - its own
        sent.append(((Key(HOSTILE, good.key.outbox, sequence), payload), reason))
    return sent


INVALID = [
    f"roomreach/v1/agents/{HOSTILE}/reports/{rest}"
    for rest in ("", "o-a/1", "o-hostile2/-1", "o-hostile2/1/2")
]


def test_bad_input_stops_nothing_and_loses_nothing(mosquitto: Mosquitto, records: Records) -> None:
    agents = [AgentId(f"a-good{number:04}") for number in range(20)]
    for agent in (*agents, HOSTILE, AGENT):
        install(records, agent)
    now = now_ms()
    reports = [
        a_report(sequence, agent=agent, measurements=TYPICAL, taken_ms=now - 10**6 + sequence)
        for agent in agents
        for sequence in range(1, 51)
    ]
    good: list[Sent] = [(report.key, encode_report(report)) for report in reports]
    pairs = [a_report(s, agent=HOSTILE, outbox="o-twofaced2", taken_ms=now - s) for s in range(1, 21)]
    two_faced = [(r.key, encode_report(replace(r, dropped=version))) for r in pairs for version in (0, 1)]
    by_hand = hand_made(now)
    made: list[Sent] = [
        (Key(HOSTILE, OutboxId("o-hostile22"), sequence), payload)
        for sequence, payload in enumerate(hypothesis_made(HYPOTHESIS_MADE), start=1)
    ]
    storm = [*made, *good]
    Random(1).shuffle(storm)
    # One version long before the other, and both at once. What is made by hand comes late, because quarantine
    # is bounded.
    storm = [*two_faced[:20:2], *storm[:-2_000], *two_faced, *(sent for sent, _ in by_hand), *storm[-2_000:]]

    series = UnreliableSeries()
    series.refuses = lambda p: "type conflict" if p.series == "report" and p.values[7] == 999 else None
    collector = Collector(Inbox("127.0.0.1", mosquitto.port), records, series)
    with running(collector), sending(mosquitto.port) as sender:
        sender.send(*storm)
        for topic in INVALID:
            sender.publish(topic, b"astray")
        sender.send_until_answered(storm)
        wait_until(lambda: collector.tally.astray >= len(INVALID), "invalid topics being counted")
        told = sender.told
        assert collector.alive

    in_series = reports_in(series)
    for key, payload in good:
        assert set(told[key]) == {(None, None)}
        assert in_series[key] == digest(payload)
    for (key, payload), reason in by_hand:
        assert set(told[key]) == {(digest(payload), reason)}
    for key in {key for key, _ in two_faced}:
        (refused,) = set(told[key]) - {(None, None)}
        assert refused[1] == Refusal.CONFLICT
        assert {refused[0], in_series[key]} == {digest(payload) for k, payload in two_faced if k == key}
    for key, payload in made:
        (answer,) = set(told[key])
        assert answer[0] in {None, digest(payload)}

    with records.reading() as c:
        entries = quarantine.entries(c, 10**5)
        totals = quarantine.totals(c)
    kept = {(entry.topic, entry.digest, entry.reason) for entry in entries}
    assert {(topics.report(key), digest(payload), reason) for (key, payload), reason in by_hand} <= kept
    assert {(topic, digest(b"astray"), INVALID_TOPIC) for topic in INVALID} <= kept
    refusals = {(key, of) for key, answers in told.items() for of, _ in answers if of is not None}
    # At least: one that made room and came once more, for want of a receipt, is counted twice.
    assert totals.rows + totals.dropped >= len(refusals) + len(INVALID)
    assert collector.tally.faults == collector.tally.given_up == 0


@pytest.mark.parametrize("away_s", [1.5, pytest.param(10.0, marks=pytest.mark.long)])
def test_a_store_that_is_away_under_load_costs_no_report(
    mosquitto: Mosquitto, records: Records, away_s: float
) -> None:
    install(records)
    series, buffer = UnreliableSeries(), Buffer(most_messages=200)
    pace = Pace(most=100, first_retry_s=0.05, longest_retry_s=0.2)
    collector = Collector(Inbox("127.0.0.1", mosquitto.port, buffer=buffer), records, series, pace=pace)
    sent: list[Sent] = []
    with running(collector), sending(mosquitto.port) as sender:
        series.failing, series.failures_left = Unavailable("planted"), 10**9
        until = time.monotonic() + away_s
        while time.monotonic() < until:
            report = a_report(len(sent) + 1)
            sent.append((report.key, encode_report(report)))
            sender.send(sent[-1])
            time.sleep(0.002)
        assert sender.told == {}
        assert collector.tally.waiting_for == "the series store"
        assert len(buffer._messages) <= 200
        assert collector.tally.dropped_full > 0
        series.failures_left = 0
        sender.send_until_answered(sent)
        assert {answer for answers in sender.told.values() for answer in answers} == {(None, None)}
    assert reports_in(series) == {key: digest(payload) for key, payload in sent}
