"""How many bytes has a test cost? The kernel counts what passes, whatever a program claims."""

import ipaddress
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from roomreach_agent.failures import ProbeFailed
from roomreach_agent.files import text_of
from roomreach_agent.hosts import Address, Host
from roomreach_agent.routes import parse_v4, parse_v6, routes_v4, routes_v6
from roomreach_agent.traffic import LOOPBACK, Carried, interfaces

LOOK_UP_S = 3.0

Passed = Callable[[], int | None]
"""Gives the bytes that have passed since it was made, both ways; None when nobody knows."""


class Meter(Protocol):
    """Whoever counts bytes: this machine's kernel, or a simulated building's."""

    def start(self, host: Host | None) -> Passed:
        """Begin to count what passes between this machine and a host; None stands for any far away."""
        ...


class KernelMeter:
    """Reads the counters of the interface that leads to the host. What else passes there is counted too.

    Behind a host on this machine may be a tunnel, so for one the interface that leads out is read as well:
    what it costs is the larger of the two.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def start(self, host: Host | None) -> Passed:
        """Begin to count; see ``Meter.start``."""
        names = self._interfaces(host)
        before = interfaces(self._root)

        def passed() -> int | None:
            after = interfaces(self._root)
            counted = [_between(name, before.get(name), after.get(name)) for name in names]
            # Where one of two is not known the other is the least that it cost.
            return max((one for one in counted if one is not None), default=None)

        return passed

    def _interfaces(self, host: Host | None) -> list[str]:
        try:
            address = None if host is None else host.find(LOOK_UP_S)
        except ProbeFailed:
            return []
        if address is not None and _is_ours(address):
            return [LOOPBACK, *self._leading_to(None)]
        return self._leading_to(address)

    def _leading_to(self, address: Address | None) -> list[str]:
        tables = self._root / "proc/net"
        if address is None:
            routes = parse_v4(text_of(tables / "route")) or parse_v6(text_of(tables / "ipv6_route"))
        else:
            where = ipaddress.ip_address(address.where[0])
            known = (
                routes_v4(text_of(tables / "route"))
                if address.family == socket.AF_INET
                else routes_v6(text_of(tables / "ipv6_route"))
            )
            routes = [route for route in known if where in route.network]
        best = sorted(routes, key=lambda route: (-route.network.prefixlen, route.metric))
        return [route.interface for route in best[:1]]


def _between(name: str, before: Carried | None, after: Carried | None) -> int | None:
    """Give the bytes of both ways; None where an interface is gone, or came again and counts from 0."""
    if before is None or after is None or after.received < before.received or after.sent < before.sent:
        return None
    carried = after.since(before)
    # What is sent through the loopback is received there too: it passes once.
    return carried.received if name == LOOPBACK else carried.received + carried.sent


def _is_ours(address: Address) -> bool:
    """Tell whether packets to an address leave this machine at all."""
    try:
        with socket.socket(address.family, socket.SOCK_DGRAM) as asking:
            asking.connect(address.at(9))  # sends nothing
            here: str = asking.getsockname()[0]
    except OSError:
        return False
    return here == address.where[0] or ipaddress.ip_address(here.partition("%")[0]).is_loopback
