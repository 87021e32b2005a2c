"""The load: many agents' reports, published by one lean process, timed until their receipts.

``python load.py PORT AGENTS REPORTS RATE WINDOW RECEIPTS`` prints one JSON line. RATE 0 means as fast as the
window of unanswered reports allows. RECEIPTS 0 is for the naive collectors, which send none: then the window
is that of the broker's acknowledgements.
"""

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field

import mqtt

from roomreach import topics
from roomreach.identifiers import AgentId, OutboxId
from roomreach.measurement import Gateway, Health, Latency, Link, Method, Names
from roomreach.report import Key, Report
from roomreach.wire import encode_report

_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"


def agent_name(number: int) -> str:
    """Ten characters of an identifier: the load's own numbering."""
    letters = []
    for _ in range(10):
        number, index = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    return "".join(letters)


def report(agent: int, sequence: int, now_ms: int) -> tuple[bytes, bytes]:
    """One realistic report, of a driver that tells half of what it could: its topic and its bytes."""
    key = Key(AgentId(f"a-{agent_name(agent)}"), OutboxId(f"o-{agent_name(agent)}"), sequence)
    trips = {
        "method": Method.ICMP,
        "sent": 5,
        "received": 5,
        "min_ms": 1.913 + agent % 7,
        "median_ms": 2.424 + agent % 7,
        "p95_ms": 4.871 + sequence % 5 + agent % 7,
        "spread_ms": 2.958 + sequence % 5,
    }
    payload = encode_report(
        Report(
            agent=key.agent,
            outbox=key.outbox,
            sequence=sequence,
            highest=sequence,
            boot="0f7c5d1e-0000-4000-8000-000000000001",
            boot_ms=86_400_000 + sequence,
            taken_ms=now_ms - 86_400_000 + sequence * 1_000,
            synchronised=True,
            dropped=0,
            interval_s=60,
            measurements=(
                Link(
                    signal_dbm=-61 - agent % 20,
                    signal_average_dbm=-60 - agent % 20,
                    frequency_mhz=5180.0,
                    rx_rate_mbps=173.3,
                    tx_rate_mbps=130.0,
                    tx_retries=812 + sequence,
                    tx_failed=3,
                ),
                Gateway(**trips),
                Latency(target="hub", **trips),
                Names(target="site", answer_ms=14.217, rcode=0),
                Health(
                    cpu_percent=3.1,
                    temperature_c=48.3,
                    disk_free_mb=21_000.5,
                    clock_synchronised=True,
                    own_memory_mb=31.2,
                ),
            ),
        )
    )
    return topics.report(key).encode(), payload


@dataclass
class Load:
    """What is on the way, and when each report left and was answered."""

    port: int
    agents: int
    reports: int
    rate: float
    window: int
    receipts: bool
    left: dict[tuple[str, int], float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    refused: int = 0
    acknowledged: int = 0

    def run(self) -> dict[str, float]:
        """Publish everything and wait for every answer; gives up after 60 s without progress."""
        now_ms = time.time_ns() // 1_000_000
        made = [report(n % self.agents, n // self.agents + 1, now_ms) for n in range(self.reports)]
        names = [f"o-{agent_name(n)}" for n in range(self.agents)]
        ears = mqtt.connect(self.port, "load-ears")
        mqtt.subscribe(ears, "roomreach/v1/agents/+/receipts")
        mouth = mqtt.connect(self.port, "load-mouth")
        for connection in (ears, mouth):
            connection.setblocking(False)
        selector = selectors.DefaultSelector()
        selector.register(ears, selectors.EVENT_READ)
        selector.register(mouth, selectors.EVENT_READ)
        buffers = {ears: bytearray(), mouth: bytearray()}
        out = bytearray()
        sent = 0
        start = progress = time.perf_counter()
        while self.done < self.reports:
            now = time.perf_counter()
            may = self.reports if not self.rate else int((now - start) * self.rate)
            # The broker's acknowledgements bound what it holds, whoever answers the reports.
            while (
                sent < min(self.reports, may)
                and sent - self.done < self.window
                and sent - self.acknowledged < 2_000
                and len(out) < 1 << 20
            ):
                topic, payload = made[sent]
                self.left[(names[sent % self.agents], sent // self.agents + 1)] = now
                out += mqtt.publish(topic, sent % 65_535 + 1, payload)
                sent += 1
            if out:
                out = self._send(mouth, out)
            before = self.done
            for key, _ in selector.select(0.001 if not out else 0):
                self._read(key.fileobj, buffers)  # type: ignore[arg-type]
            if self.done > before:
                progress = time.perf_counter()
            elif time.perf_counter() - progress > 60:
                break
        seconds = time.perf_counter() - start
        return {
            "sent": sent,
            "answered": self.done,
            "refused": self.refused,
            "seconds": seconds,
            **self._waits(),
        }

    @property
    def done(self) -> int:
        """How many reports have their answer."""
        return len(self.waits) + self.refused if self.receipts else self.acknowledged

    def _send(self, mouth: socket.socket, out: bytearray) -> bytearray:
        try:
            return out[mouth.send(out) :]
        except BlockingIOError:
            return out

    def _read(self, connection: socket.socket, buffers: dict[socket.socket, bytearray]) -> None:
        buffer = buffers[connection]
        buffer += connection.recv(1 << 18)
        answers = bytearray()
        for kind, body in mqtt.packets(buffer):
            if kind == mqtt.PUBACK:
                self.acknowledged += 1
            elif kind == mqtt.PUBLISH:
                end = 2 + int.from_bytes(body[:2], "big")
                answers += b"\x40\x02" + body[end : end + 2]
                self._answered(body[end + 2 :])
        if answers:
            connection.setblocking(True)
            connection.sendall(answers)
            connection.setblocking(False)

    def _answered(self, payload: bytes) -> None:
        now = time.perf_counter()
        receipt = json.loads(payload)
        outbox = receipt.get("outbox")
        for first, last in receipt.get("stored", ()):
            for sequence in range(first, last + 1):
                left = self.left.pop((outbox, sequence), None)
                if left is not None:
                    self.waits.append(now - left)
        self.refused += len(receipt.get("refused", ()))

    def _waits(self) -> dict[str, float]:
        waits = sorted(self.waits) or [0.0]
        return {"p50_ms": waits[len(waits) // 2] * 1e3, "p99_ms": waits[int(len(waits) * 0.99)] * 1e3}


if __name__ == "__main__":
    port, agents, reports, rate, window, receipts = sys.argv[1:]
    load = Load(int(port), int(agents), int(reports), float(rate), int(window), receipts == "1")
    print(json.dumps(load.run()))
