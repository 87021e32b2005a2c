"""Which routes does the kernel know? Read from its tables."""

import socket
import sys
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

# linux/route.h
_UP, _GATEWAY, _REJECT = 0x0001, 0x0002, 0x0200
_COLUMNS_V4, _COLUMNS_V6 = 8, 10


class Route(NamedTuple):
    """A route: how dear it is, through which interface, by which gateway if it names one, and where to."""

    metric: int
    interface: str
    gateway: str | None
    network: IPv4Network | IPv6Network


def parse_v4(table: str) -> list[Route]:
    """Read the default routes in the text of ``/proc/net/route``."""
    return [route for route in routes_v4(table) if not route.network.prefixlen]


def parse_v6(table: str) -> list[Route]:
    """Read the default routes in the text of ``/proc/net/ipv6_route``."""
    return [route for route in routes_v6(table) if not route.network.prefixlen]


def routes_v4(table: str) -> list[Route]:
    """Read every route in the text of ``/proc/net/route``, and pass over what makes no sense."""
    found = []
    for line in table.splitlines()[1:]:
        words = line.split()
        if len(words) < _COLUMNS_V4:
            continue
        try:
            to, gateway, mask = (_address_v4(words[column]) for column in (1, 2, 7))
            route = Route(int(words[6]), words[0], gateway, ip_network(f"{to}/{mask}"))
            flags = int(words[3], 16)
        except (ValueError, OverflowError):
            continue
        found += _usable(route, flags)
    return found


def routes_v6(table: str) -> list[Route]:
    """Read every route in the text of ``/proc/net/ipv6_route``, and pass over what makes no sense."""
    found = []
    for line in table.splitlines():
        words = line.split()
        if len(words) < _COLUMNS_V6:
            continue
        try:
            gateway = socket.inet_ntop(socket.AF_INET6, bytes.fromhex(words[4]))
            network = IPv6Network((bytes.fromhex(words[0]), int(words[1], 16)))
            route = Route(int(words[5], 16), words[9], gateway, network)
            flags = int(words[8], 16)
        except ValueError:
            continue
        found += _usable(route, flags)
    return found


def _address_v4(word: str) -> str:
    # The kernel prints an address as the number that its bytes make on this machine.
    return socket.inet_ntoa(int(word, 16).to_bytes(4, sys.byteorder))


def _usable(route: Route, flags: int) -> list[Route]:
    # The kernel always lists a default route that refuses everything, through the loopback.
    if not flags & _UP or flags & _REJECT:
        return []
    return [route if flags & _GATEWAY else route._replace(gateway=None)]
