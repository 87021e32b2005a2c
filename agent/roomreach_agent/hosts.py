"""Which host, and which port if any, does a line of settings name?"""

import ipaddress
import re
import socket
import threading
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from roomreach.measurement import Reason
from roomreach_agent.failures import ProbeFailed

# A name of letters, digits, dots and hyphens, or an IPv4 address; or an IPv6 address, bare or in brackets.
_FORM = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]{1,253}))(?::(?P<port>[0-9]{1,5}))?"
)
_BARE_V6 = re.compile(r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*")


class Address(NamedTuple):
    """Where packets go: a socket's family, and its address with a port nobody has chosen yet."""

    family: socket.AddressFamily
    where: tuple[Any, ...]

    def at(self, port: int) -> tuple[Any, ...]:
        """Give the same address with a port, as sockets take it."""
        return (self.where[0], port, *self.where[2:])


@dataclass(frozen=True, slots=True)
class Host:
    """A host's name or address, and the port to ask on where one was given."""

    name: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``host``, ``host:port``, ``[IPv6]:port`` or a bare IPv6 address; else raise ``ValueError``."""
        if _BARE_V6.fullmatch(text):
            return cls(text)
        found = _FORM.fullmatch(text)
        if not found:
            raise ValueError("expected host, host:port or [IPv6 address]:port")
        port = None if found["port"] is None else int(found["port"])
        if port is not None and not 1 <= port <= 65_535:  # noqa: PLR2004 - every port is
            raise ValueError("expected a port between 1 and 65535")
        return cls(found["v6"] or found["name"], port)

    @property
    def is_loopback(self) -> bool:
        """Whether it names this machine, by a name or an address that always does."""
        try:
            return self.name == "localhost" or ipaddress.ip_address(self.name).is_loopback
        except ValueError:
            return False

    def find(self, within_s: float) -> Address:
        """Look the address up; raise ``ProbeFailed`` (no resolver) when nobody says it in time."""
        found: list[Address] = []

        def ask() -> None:
            try:
                answers = socket.getaddrinfo(self.name, self.port or 0, type=socket.SOCK_DGRAM)
            except (OSError, UnicodeError):
                return
            found.extend(Address(family, where) for family, _, _, _, where in answers)

        # The C library waits 5 s for each resolver, twice, and cannot be told otherwise: it waits by itself.
        asking = threading.Thread(target=ask, name="look-up", daemon=True)
        asking.start()
        asking.join(within_s)
        if not found:
            raise ProbeFailed(Reason.NO_RESOLVER, "the host's name could not be looked up")
        return found[0]
