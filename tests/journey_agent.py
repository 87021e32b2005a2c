"""An agent that measures nothing, fast: the real outbox and the real uplink, for journeys that kill it.

Every report is written to ``--list`` (agent, outbox, sequence, digest), and is on the disk there before
anybody can see it: after any number of kills, and a new start, the list holds what was committed, no more and
no less.

``--forget-on-puback`` is the control: an agent that takes the broker's acknowledgement for a receipt. No code
of the product can do that.
"""

import argparse
import logging
import os
import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from roomreach import topics
from roomreach.measurement import Gateway, Health, Latency, Measurement, Method, Names
from roomreach.receipt import Receipt
from roomreach.report import Key
from roomreach.wire import digest, encode_receipt
from roomreach_agent.clock import Instant, SystemClock
from roomreach_agent.gate import Gate
from roomreach_agent.outbox import Outbox, Outgoing
from roomreach_agent.run import connected, wait_for_signal
from roomreach_agent.settings import load
from roomreach_agent.uplink import Line
from roomreach_agent.uplink.line import Acknowledged, Heard


class ListedOutbox(Outbox):
    """Keeps a list of everything it ever committed."""

    def __init__(self, listed: Path, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._list = listed.open("ab")
        # A kill may have left half a line; its report is still in the outbox, and is listed again below.
        whole = listed.read_bytes().rpartition(b"\n")
        self._list.truncate(len(whole[0] + whole[1]))
        lines = whole[0].decode().splitlines()
        self.listed = len(lines)
        known = {(words[1], int(words[2])) for words in map(str.split, lines)}
        # A kill between the commit and the list leaves a report that nobody has seen yet.
        for key in self.oldest(10**6):
            if (key.outbox, key.sequence) not in known:
                self._write_down(Outgoing(key, self.payload(key) or b""))

    def put(self, measurements: tuple[Measurement, ...], taken: Instant) -> Outgoing | None:
        with self._lock:  # until it is listed, the uplink cannot read it
            outgoing = super().put(measurements, taken)
            if outgoing:
                self._write_down(outgoing)
            return outgoing

    def close(self) -> None:
        super().close()
        self._list.close()

    def _write_down(self, outgoing: Outgoing) -> None:
        agent, outbox, sequence = outgoing.key
        self._list.write(f"{agent} {outbox} {sequence} {digest(outgoing.payload)}\n".encode())
        self._list.flush()
        os.fsync(self._list.fileno())
        self.listed += 1


class ForgetfulLine(Line):
    """Makes a receipt of every acknowledgement of the broker: what so many agents do, and lose by."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._keys: dict[int, Key] = {}

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int | None:
        message = super().publish(topic, payload, retain=retain)
        key = topics.key_of(topic)
        if message is not None and key:
            self._keys[message] = key
        return message

    def wait(self, timeout_s: float, bell: int) -> bool:
        rang = super().wait(timeout_s, bell)
        for event in list(self.events):
            if isinstance(event, Acknowledged) and event.refusal is None and event.message in self._keys:
                key = self._keys.pop(event.message)
                now = self._clock.now()
                span = (key.sequence, key.sequence)
                receipt = Receipt(at_ms=now.wall_ms, outbox=key.outbox, stored=(span,))
                self.events.append(Heard(encode_receipt(receipt), now))
        return rang


def measurements() -> tuple[Measurement, ...]:
    """What a round might give, never twice the same."""
    fast = round(random.uniform(1, 9), 2)
    return (
        Gateway(method=Method.ICMP, sent=5, received=5, min_ms=fast, median_ms=fast + 1, p95_ms=fast + 3),
        Latency(target="hub", method=Method.ICMP, sent=5, received=4, min_ms=fast * 4, median_ms=fast * 5),
        Names(target="site", answer_ms=fast * 2, rcode=0),
        Health(cpu_percent=fast, disk_free_mb=20_000.0, clock_synchronised=True),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--list", type=Path, required=True, help="file of what was committed")
    parser.add_argument("--every-ms", type=float, default=20)
    parser.add_argument("--count", type=int, default=10**9, help="stop measuring when so many are listed")
    parser.add_argument("--forget-on-puback", action="store_true", help="the control: lose reports")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)

    settings = load(options.settings)
    clock, gate = SystemClock(), Gate(kept_by_host=settings.clock_kept_by_host)
    outbox = ListedOutbox(
        options.list,
        settings.outbox,
        agent=settings.agent,
        interval_s=settings.interval_s,
        clock=clock,
        gate=gate,
    )
    line = ForgetfulLine if options.forget_on_puback else Line
    uplink = connected(settings, outbox, gate=gate, clock=clock, line=line, start_within_s=0)
    stopping = threading.Event()

    def measure() -> None:
        due = time.monotonic()
        while outbox.listed < options.count and not stopping.is_set():
            outbox.put(measurements(), clock.now())
            uplink.wake()
            due = max(due + options.every_ms / 1000, time.monotonic() - 1)
            stopping.wait(max(due - time.monotonic(), 0))

    measuring = threading.Thread(target=measure)
    uplink.start()
    measuring.start()
    wait_for_signal()
    stopping.set()
    measuring.join()
    uplink.stop()
    outbox.close()
    print(uplink.tally)


if __name__ == "__main__":
    main()
