"""How many bytes has a test cost? The kernel counts what passes, whatever a program claims."""

import ipaddress
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from roomreach_agent.failures import ProbeFailed
from roomreach_agent.files import text_of
from roomreach_agent.hosts import Address, Host

LOOK_UP_S = 3.0
LOOPBACK = "lo"

Passed = Callable[[], int | None]
"""Gives the bytes that have passed since it was made, both ways; None when nobody knows."""


class Meter(Protocol):
    """Whoever counts bytes: this machine's kernel, or a simulated building's."""

    def start(self, host: Host | None) -> Passed:
        """Begin to count what passes between this machine and a host; None stands for any far away."""
        ...


class KernelMeter:
    """Reads the counters of the interface that leads to the host. What else passes there is counted too."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def start(self, host: Host | None) -> Passed:
        """Begin to count; see ``Meter.start``."""
        interface = self._interface(host)
        before = self._count(interface)

        def passed() -> int | None:
            after = self._count(interface)
            # An interface that went and came again counts from 0.
            return None if before is None or after is None or after < before else after - before

        return passed

    def _interface(self, host: Host | None) -> str | None:
        try:
            address = None if host is None else host.find(LOOK_UP_S)
        except ProbeFailed:
            return None
        if address is not None and _is_ours(address):
            return LOOPBACK
        tables = self._root / "proc/net"
        if address is None or address.family == socket.AF_INET:
            routes = list(_routes_v4(text_of(tables / "route")))
        else:
            routes = list(_routes_v6(text_of(tables / "ipv6_route")))
        where = ipaddress.ip_address(0) if address is None else ipaddress.ip_address(address.where[0])
        fitting = [route for route in routes if where in route.network]
        best = min(fitting, key=lambda route: (-route.network.prefixlen, route.metric), default=None)
        return best and best.interface

    def _count(self, interface: str | None) -> int | None:
        counters = self._root / "sys/class/net" / str(interface) / "statistics"
        # What is sent through the loopback is received there too: it passes once.
        names = ("rx_bytes",) if interface == LOOPBACK else ("rx_bytes", "tx_bytes")
        try:
            return sum(int(text_of(counters / name)) for name in names)
        except ValueError:
            return None


class _Route(NamedTuple):
    network: ipaddress.IPv4Network | ipaddress.IPv6Network
    metric: int
    interface: str


def _is_ours(address: Address) -> bool:
    """Tell whether packets to an address leave this machine at all."""
    try:
        with socket.socket(address.family, socket.SOCK_DGRAM) as asking:
            asking.connect(address.at(9))  # sends nothing
            here: str = asking.getsockname()[0]
    except OSError:
        return False
    return here == address.where[0] or ipaddress.ip_address(here.partition("%")[0]).is_loopback


def _routes_v4(table: str) -> Iterator[_Route]:
    for line in table.splitlines()[1:]:
        words = line.split()
        try:
            # The kernel prints addresses as the numbers that their bytes make on this machine.
            network, mask = (socket.inet_ntoa(int(words[at], 16).to_bytes(4, sys.byteorder)) for at in (1, 7))
            yield _Route(ipaddress.ip_network(f"{network}/{mask}"), int(words[6]), words[0])
        except (ValueError, IndexError, OverflowError):
            continue


def _routes_v6(table: str) -> Iterator[_Route]:
    for line in table.splitlines():
        words = line.split()
        try:
            network = ipaddress.IPv6Network((bytes.fromhex(words[0]), int(words[1], 16)))
            yield _Route(network, int(words[5], 16), words[9])
        except (ValueError, IndexError):
            continue
