"""Which port of this machine is free? Loopback only: there are no accounts and no enrolment yet."""

import socket

from roomreach.errors import Misconfigured

LOOPBACK = "127.0.0.1"
"""The one address the hub listens on."""

_TRIED = 100


def listen(port: int) -> socket.socket:
    """Take a port (0: any free one) and listen on it; raise ``Misconfigured`` when another program has it."""
    taken = socket.socket()
    # What a stopped server leaves behind in the kernel for a minute is no reason to refuse its successor.
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((LOOPBACK, port))
        taken.listen()
    except OSError as exc:
        taken.close()
        raise Misconfigured(
            f"Port {port} cannot be used: {(exc.strerror or str(exc)).lower()}. "
            "Stop the program that has it, or choose another port; 0 takes any that is free."
        ) from exc
    return taken


def free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    try:
        listen(port).close()
    except Misconfigured:
        return False
    return True


def answers(port: int) -> bool:
    """Whether a server takes connections on this port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def next_free(wanted: int) -> int:
    """Give the wanted port (0: any), or the next free one above it; raise ``Misconfigured`` when none is."""
    if wanted == 0:
        with listen(0) as any_port:
            return int(any_port.getsockname()[1])
    last = min(wanted + _TRIED, 65_536)
    for port in range(wanted, last):
        if free(port):
            return port
    raise Misconfigured(f"No port from {wanted} to {last - 1} is free: choose another one.")
