"""A line made of Python: two TUN interfaces, and between them a delay, a rate, a queue and some loss.

Run as a program with a description of the line; it says "ready" when packets flow, and ends with its input.
"""

import contextlib
import fcntl
import json
import os
import random
import select
import struct
import subprocess
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_LARGEST_PACKET = 2_048
_BATCH = 64


@dataclass(frozen=True)
class Shape:
    """One line, the same both ways: Mbit/s of IP packets, ms one way, a queue in ms at that rate, loss."""

    mbps: float
    delay_ms: float = 0.0
    queue_ms: float = 100.0
    loss: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    """Later rates: after so many seconds, so many Mbit/s."""

    @property
    def payload_mbps(self) -> float:
        """What TCP can carry: 1,448 of the 1,500 bytes of a packet."""
        return self.mbps * 1_448 / 1_500


# A modem has room for some packets, however slow its line is.
_SMALLEST_QUEUE_BYTES = 64_000


@dataclass
class Way:
    """One direction: packets leave in order, each no sooner than its bits would have."""

    shape: Shape
    to: int
    seed: int = 1
    free_at: float = 0.0
    under_way: deque[tuple[float, bytes]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._began = time.perf_counter()
        self._chance = random.Random(self.seed)

    def take(self, packet: bytes, now: float) -> None:
        """Queue a packet, or drop it where the queue is full or chance says so."""
        shape = self.shape
        if shape.loss and self._chance.random() < shape.loss:
            return
        mbps = shape.mbps
        for after, later in shape.steps:
            if now - self._began >= after:
                mbps = later
        per_s = mbps * 125_000
        waiting = max(0.0, self.free_at - now) * per_s
        if waiting + len(packet) > max(_SMALLEST_QUEUE_BYTES, shape.queue_ms / 1000 * per_s):
            return
        self.free_at = max(self.free_at, now) + len(packet) / per_s
        self.under_way.append((self.free_at + shape.delay_ms / 1000, packet))

    def deliver(self, now: float) -> float:
        """Hand over what has arrived; seconds until the next packet does."""
        while self.under_way and self.under_way[0][0] <= now:
            os.write(self.to, self.under_way.popleft()[1])
        return self.under_way[0][0] - now if self.under_way else 1.0


def tun(name: str) -> int:
    """Make a TUN interface."""
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return fd


def hurry() -> None:
    """Come before everybody else: a line does not slow down because a processor is busy."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def carry(left: int, right: int, shape: Shape) -> None:
    """Carry packets until standard input ends."""
    ways = {left: Way(shape, right, 1), right: Way(shape, left, 2)}
    stdin = sys.stdin.fileno()
    wait_s = 1.0
    while True:
        ready, _, _ = select.select([left, right, stdin], (), (), max(0.0, wait_s))
        if stdin in ready:
            return
        for fd in ready:
            way = ways[fd]
            for _ in range(_BATCH):
                try:
                    packet = os.read(fd, _LARGEST_PACKET)
                except BlockingIOError:
                    break
                way.take(packet, time.perf_counter())
        now = time.perf_counter()
        wait_s = min(way.deliver(now) for way in ways.values())


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def main() -> None:
    """Join two network namespaces by a line."""
    description = json.loads(sys.argv[1])
    names: list[str] = description.pop("namespaces")
    congestion = description.pop("congestion")
    shape = Shape(**description)
    ends = []
    for number, namespace in enumerate(names):
        # Interface names are the machine's until they have moved.
        temporary = f"rr{os.getpid() % 100_000}-{number}"
        ends.append(tun(temporary))
        ip("link", "set", temporary, "netns", namespace, "name", "line")
        ip("-n", namespace, "address", "add", f"10.77.0.{number + 1}/24", "dev", "line")
        ip("-n", namespace, "link", "set", "line", "mtu", "1500", "txqueuelen", "2000", "up")
        # A namespace may not change how TCP finds its pace, but a route may say so.
        ip("-n", namespace, "route", "change", "10.77.0.0/24", "dev", "line", "congctl", congestion)
    hurry()
    print("ready", flush=True)
    carry(ends[0], ends[1], shape)


def described(shape: Shape, namespaces: list[str], congestion: str) -> str:
    """Give the argument this program takes."""
    return json.dumps({**asdict(shape), "namespaces": namespaces, "congestion": congestion})


if __name__ == "__main__":
    main()
