"""What does this resolver answer to one question?

dnspython writes and reads the messages; the sockets are ours, because its own wait by the wall clock, which
jumps when a small machine learns the time.
"""

import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import dns.exception
import dns.flags
import dns.message
import dns.rcode

from roomreach_agent.hosts import Address


@dataclass(frozen=True, slots=True)
class Answer:
    """The response code (RFC 1035, 6895), and how long the answered exchange took."""

    rcode: int
    took_ms: float


class Silent(Exception):
    """No answer to the question came in time."""


class Unwanted(Exception):
    """The host is there and says that it is no resolver (ICMP port unreachable, or RST)."""


Exchange = Callable[[Address, dns.message.QueryMessage, float], Answer]
"""Whoever can put a question to a resolver: ``exchange``, or a simulated building, which raises the same."""


def exchange(resolver: Address, question: dns.message.QueryMessage, within_s: float) -> Answer:
    """Ask by UDP, and again by TCP when the answer was cut short. Raises ``Silent``, ``Unwanted``.

    Other errors of the network are raised as the ``OSError`` they are.
    """
    begun = perf_counter()
    deadline = begun + within_s
    try:
        answer = _by_udp(resolver, question, deadline)
        if answer is None:
            answer = _by_tcp(resolver, question, deadline)
    except TimeoutError as exc:
        raise Silent from exc
    except (ConnectionRefusedError, ConnectionResetError) as exc:
        raise Unwanted from exc
    return Answer(int(answer.rcode()), (perf_counter() - begun) * 1000)


def _by_udp(
    resolver: Address, question: dns.message.QueryMessage, deadline: float
) -> dns.message.Message | None:
    """Give the answer; None when it was cut short."""
    with socket.socket(resolver.family, socket.SOCK_DGRAM) as sock:
        # Connected, the socket hears the answers of this resolver only, and its refusals.
        sock.connect(resolver.where)
        sock.send(question.to_wire())
        while True:
            sock.settimeout(_left(deadline))
            answer = _read(question, sock.recv(65_535))
            if answer is not None:
                return None if answer.flags & dns.flags.TC else answer


def _by_tcp(resolver: Address, question: dns.message.QueryMessage, deadline: float) -> dns.message.Message:
    with socket.socket(resolver.family, socket.SOCK_STREAM) as sock:
        sock.settimeout(_left(deadline))
        sock.connect(resolver.where)
        sock.sendall(question.to_wire(prepend_length=True))
        (length,) = struct.unpack("!H", _exactly(sock, 2, deadline))
        answer = _read(question, _exactly(sock, length, deadline))
    if answer is None:
        raise Silent
    return answer


def _exactly(sock: socket.socket, size: int, deadline: float) -> bytes:
    found = b""
    while len(found) < size:
        sock.settimeout(_left(deadline))
        more = sock.recv(size - len(found))
        if not more:
            raise Silent
        found += more
    return found


def _read(question: dns.message.QueryMessage, wire: bytes) -> dns.message.Message | None:
    """Give the message if it answers the question; None for anybody else's, and for bytes that are none."""
    try:
        message = dns.message.from_wire(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        return None
    return message if question.is_response(message) else None


def _left(deadline: float) -> float:
    left = deadline - perf_counter()
    if left <= 0:
        raise Silent
    return left
