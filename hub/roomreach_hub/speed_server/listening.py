"""Where may the speed server listen? On this machine, or inside a network that nobody else can reach."""

import contextlib
import socket
from ipaddress import ip_address

from roomreach.errors import Misconfigured

_UNSENT_BYTES = 131_072
_HIGHEST_PORT = 65_535

# An agent cuts what it no longer needs, and the packet that says so may be lost in the queue it filled. In
# seconds, the last in milliseconds: ask after 5 of silence, twice more, and wait 10 for what was sent.
_AN_END_THAT_VANISHED = {
    socket.TCP_KEEPIDLE: 5,
    socket.TCP_KEEPINTVL: 2,
    socket.TCP_KEEPCNT: 3,
    socket.TCP_USER_TIMEOUT: 10_000,
}


def allowed(text: str, *, internal: bool) -> tuple[str, int]:
    """Read ``address:port``; raises ``Misconfigured`` for what is not loopback, unless that is allowed."""
    name, colon, port = text.rpartition(":")
    host = "127.0.0.1" if name == "localhost" else name.removeprefix("[").removesuffix("]")
    try:
        address = ip_address(host)
    except ValueError:
        address = None
    if not colon or address is None or not port.isdecimal() or int(port[:6]) > _HIGHEST_PORT:
        raise Misconfigured(f"{text!r} is no address and port, such as 127.0.0.1:8805.")
    if not (address.is_loopback or internal):
        raise Misconfigured(
            f"The speed server was told to listen on {text}, but listens on loopback only: it speaks plain "
            "HTTP, and who listens on the way would learn the agents' tokens. Put it behind a server that "
            "speaks TLS; in a network that nobody else can reach, such as that of containers, "
            "ROOMREACH_INTERNAL_NETWORK=yes allows any address of this machine."
        )
    return str(address), int(port)


def listen(host: str, port: int) -> socket.socket:
    """Listen, so that connections inherit what a test needs; raises ``Misconfigured`` when that fails."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # What lies unsent in the kernel counts as sent: let little lie there.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_BYTES)
        for option, value in _AN_END_THAT_VANISHED.items():
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        with contextlib.suppress(OSError):
            # What finds TCP's pace must be the same whoever runs the server: BBR's rate swings for seconds.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")
        sock.bind((host, port))
        sock.listen(1024)
    except OSError as exc:
        sock.close()
        raise Misconfigured(
            f"Port {port} cannot be used: {(exc.strerror or str(exc)).lower()}. "
            "Stop the program that has it, or choose another port; 0 takes any that is free."
        ) from exc
    return sock
