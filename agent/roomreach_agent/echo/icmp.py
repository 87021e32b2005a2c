"""Does a host return what we send it by ICMP echo (RFC 792, RFC 4443)?"""

import contextlib
import os
import socket
import struct
from time import perf_counter

from roomreach.measurement import Method
from roomreach_agent.echo.trips import NotPermitted, Trips, is_no_route
from roomreach_agent.hosts import Address

_TYPES = {socket.AF_INET: (8, 0), socket.AF_INET6: (128, 129)}
_PROTOCOLS = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
# Type, code, checksum, identifier, sequence. The kernel fills in the checksum and the identifier.
_HEADER = struct.Struct("!BBHHH")
_TOKEN_BYTES = 8


def ask(address: Address, count: int, gap_s: float, patience_s: float) -> Trips:
    """Send ``count`` echoes ``gap_s`` apart and wait ``patience_s`` for the last answer.

    Raises ``NotPermitted`` where net.ipv4.ping_group_range leaves this user out, as it does by default.
    """
    try:
        sock = socket.socket(address.family, socket.SOCK_DGRAM, _PROTOCOLS[address.family])
    except OSError as exc:
        raise NotPermitted from exc
    with sock:
        try:
            sock.connect(address.where)
        except OSError:
            # Nothing was sent yet, so no neighbour failed to answer: the routing table itself says no.
            return Trips(method=Method.ICMP, sent=0, no_route=True)
        return _exchange(sock, _TYPES[address.family], count, gap_s, patience_s)


def _exchange(
    sock: socket.socket, types: tuple[int, int], count: int, gap_s: float, patience_s: float
) -> Trips:
    question, answer = types
    token = os.urandom(_TOKEN_BYTES)
    left: dict[int, float] = {}
    times: list[float] = []
    sent, lost_ways = 0, 0
    begun = perf_counter()
    deadline = begun + (count - 1) * gap_s + patience_s
    while sent < count or left:
        now = perf_counter()
        if sent < count and now >= begun + sent * gap_s:
            left[sent] = perf_counter()
            try:
                sock.send(_HEADER.pack(question, 0, 0, 0, sent) + token)
            except OSError as exc:
                # A full queue or a firewall of our own: one more that was not answered.
                del left[sent]
                lost_ways += is_no_route(exc.errno)
            sent += 1
            continue
        until = begun + sent * gap_s if sent < count else deadline
        if now >= deadline:
            break
        sequence = _answered(sock, answer, token, max(until - now, 0.0001))
        if sequence in left:
            times.append((perf_counter() - left.pop(sequence)) * 1000)
    return Trips(method=Method.ICMP, sent=count, times_ms=tuple(times), no_route=lost_ways == count)


def _answered(sock: socket.socket, answer: int, token: bytes, within_s: float) -> int | None:
    """Give the sequence of one answer to us; None for silence, and for whatever else arrives."""
    sock.settimeout(within_s)
    # An error here is news of an earlier packet: that it found nobody.
    with contextlib.suppress(OSError):
        packet = sock.recv(2048)
        if len(packet) >= _HEADER.size and packet[_HEADER.size :] == token and packet[0] == answer:
            return int(_HEADER.unpack_from(packet)[4])
    return None
