"""Which default routes does the kernel know? Read from its tables."""

import socket
import sys
from typing import NamedTuple

# linux/route.h
_UP, _GATEWAY, _REJECT = 0x0001, 0x0002, 0x0200
_COLUMNS_V4, _COLUMNS_V6 = 8, 10


class Route(NamedTuple):
    """A default route: how dear it is, through which interface, and by which gateway if it names one."""

    metric: int
    interface: str
    gateway: str | None


def parse_v4(table: str) -> list[Route]:
    """Read the default routes in the text of ``/proc/net/route``, and pass over what makes no sense."""
    found = []
    for line in table.splitlines()[1:]:
        words = line.split()
        if len(words) < _COLUMNS_V4 or words[1] != "0" * 8 or words[7] != "0" * 8:
            continue
        try:
            # The kernel prints the address as the number that its bytes make on this machine.
            gateway = socket.inet_ntoa(int(words[2], 16).to_bytes(4, sys.byteorder))
            flags, metric = int(words[3], 16), int(words[6])
        except (ValueError, OverflowError):
            continue
        if flags & _UP and not flags & _REJECT:
            found.append(Route(metric, words[0], gateway if flags & _GATEWAY else None))
    return found


def parse_v6(table: str) -> list[Route]:
    """Read the default routes in the text of ``/proc/net/ipv6_route``."""
    found = []
    for line in table.splitlines():
        words = line.split()
        if len(words) < _COLUMNS_V6 or words[0] != "0" * 32 or words[1] != "00":
            continue
        try:
            gateway = socket.inet_ntop(socket.AF_INET6, bytes.fromhex(words[4]))
            metric, flags = int(words[5], 16), int(words[8], 16)
        except ValueError:
            continue
        # The kernel always lists a default route that refuses everything, through the loopback.
        if flags & _UP and not flags & _REJECT:
            found.append(Route(metric, words[9], gateway if flags & _GATEWAY else None))
    return found
