"""Where does the speed server answer, and how does an agent open a connection to it?"""

import contextlib
import errno
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from roomreach.measurement import Reason
from roomreach_agent.echo import is_no_route
from roomreach_agent.engines.direction import Failed
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.hosts import Address, Host

PATIENCE_S = 4.0
"""How long anything the server owes us may take: an address, a connection, an answer."""

_NO_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}
"""What OpenSSL says of bytes that are no TLS."""

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A speed server: its host, its port, the path before its own, TLS if any, and the agent's token."""

    host: str
    port: int
    path: str = ""
    tls: ssl.SSLContext | None = None
    token: str = field(default="", repr=False)

    @classmethod
    def at(cls, url: str, token: str = "") -> Self:
        """Read an address such as ``https://speed.example.org``.

        Raises ``ProbeFailed`` (not configured) when it is none.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as exc:
            raise _not_configured("the speed server's address cannot be read") from exc
        if parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.query:
            raise _not_configured("the speed server's address is not like https://host or http://host:port")
        if not (token.isascii() and (token.isprintable())):
            raise _not_configured("the token for the speed server is not a line of plain text")
        return cls(
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            path=parts.path.rstrip("/"),
            tls=ssl.create_default_context() if parts.scheme == "https" else None,
            token=token,
        )

    def find(self) -> Address:
        """Look up where it is; raises ``Failed`` when nobody says so in time."""
        try:
            return Host(self.host).find(PATIENCE_S)
        except ProbeFailed as exc:
            raise Failed(exc.reason) from exc

    def connect(self, address: Address) -> socket.socket:
        """Open one connection, secured where the address says https; raises ``Failed`` when it cannot be."""
        with _translated(), contextlib.ExitStack() as undo:
            sock = undo.enter_context(socket.socket(address.family, socket.SOCK_STREAM))
            sock.settimeout(PATIENCE_S)
            with contextlib.suppress(OSError):
                # What finds TCP's pace must be the same on every machine: BBR's rate swings for seconds.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")
            sock.connect(address.at(self.port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                sock = undo.enter_context(self.tls.wrap_socket(sock, server_hostname=self.host))
            undo.pop_all()
            return sock

    def request(self, method: str, path: str, length: int = 0) -> bytes:
        """Give the head of a request; no name of the agent, and nothing about its building, is in it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        lines = [
            f"{method} {self.path}/v1/{path} HTTP/1.1",
            f"Host: {host}:{self.port}",
            f"Authorization: Bearer {self.token}",
        ]
        if method == "POST":
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ssl.SSLError as exc:
        raise Failed(_insecure(exc)) from exc
    except ConnectionRefusedError as exc:
        raise Failed(Reason.REFUSED) from exc
    except OSError as exc:
        no_route = is_no_route(exc.errno) or exc.errno == errno.EHOSTUNREACH
        raise Failed(Reason.NO_ROUTE if no_route else Reason.NO_ANSWER) from exc


def _insecure(exc: ssl.SSLError) -> Reason:
    """Say what it means that no secure connection came about."""
    # A certificate of somebody else's, or no TLS at all, is what a sign-in page has to offer.
    if isinstance(exc, ssl.SSLCertVerificationError) or exc.reason in _NO_TLS:
        return Reason.INTERCEPTED
    if isinstance(exc, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return Reason.NO_ANSWER
    return Reason.SERVER_FAILURE


def _not_configured(detail: str) -> ProbeFailed:
    return ProbeFailed(Reason.NOT_CONFIGURED, detail)
