"""Does a server of ours on this machine answer? Asked as its clients ask."""

import contextlib
import http.client
import socket

from roomreach_hub.ports import LOOPBACK

_PATIENCE_S = 5

# MQTT 5, section 3.1: CONNECT with a clean start, a keep-alive of 10 s, no properties, no client identifier.
_CONNECT = bytes.fromhex("100d 0004 4d515454 05 02 000a 00 0000")
_CONNACK = 0x20
_SUCCESS = 0
_DISCONNECT = bytes.fromhex("e000")


def answers(port: int, path: str) -> bool:
    """Whether a page of the hub answers with success."""
    return fetch(port, path) is not None


def fetch(port: int, path: str) -> str | None:
    """Get a page of the hub, None when it does not answer with success."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE_S)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
        return body if response.status == http.HTTPStatus.OK else None
    return None


def greets(port: int) -> bool:
    """Whether an MQTT broker accepts a client."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), _PATIENCE_S) as client:
        client.sendall(_CONNECT)
        answer = client.recv(4)
        client.sendall(_DISCONNECT)
        return len(answer) == 4 and answer[0] == _CONNACK and answer[3] == _SUCCESS  # noqa: PLR2004 - what it needs
    return False
