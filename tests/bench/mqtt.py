"""MQTT 3.1.1 by hand, as lean as Python gets: so that the load is never what is measured.

Only what a benchmark needs, on a loopback connection that is never lost. Frozen: it changes when MQTT does.
"""

import socket
from collections.abc import Iterator

PUBACK, PUBLISH, SUBACK, CONNACK = 4, 3, 9, 2


def connect(port: int, client: str) -> socket.socket:
    """Connect with a clean session and no keep-alive."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(_packet(0x10, _string("MQTT") + b"\x04\x02\x00\x00" + _string(client)))
    assert connection.recv(4)[3] == 0, "the broker refused the connection"
    return connection


def subscribe(connection: socket.socket, topic: str) -> None:
    """Subscribe at QoS 1 and wait until the broker has said so."""
    connection.sendall(_packet(0x82, b"\x00\x01" + _string(topic) + b"\x01"))
    assert connection.recv(5)[0] == 0x90, "the broker refused the subscription"


def publish(topic: bytes, identifier: int, payload: bytes) -> bytes:
    """The bytes of a QoS 1 publish."""
    body = len(topic).to_bytes(2, "big") + topic + identifier.to_bytes(2, "big")
    return b"\x32" + _length(len(body) + len(payload)) + body + payload


def packets(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take every whole packet off a buffer: (type, body)."""
    start = 0
    size = len(buffer)
    while size - start >= 2:
        length = shift = 0
        at = start + 1
        while True:
            if at >= size:
                del buffer[:start]
                return
            byte = buffer[at]
            length |= (byte & 127) << shift
            shift += 7
            at += 1
            if byte < 128:
                break
        if at + length > size:
            break
        yield buffer[start] >> 4, bytes(buffer[at : at + length])
        start = at + length
    del buffer[:start]


def _string(text: str) -> bytes:
    return len(text.encode()).to_bytes(2, "big") + text.encode()


def _length(number: int) -> bytes:
    encoded = bytearray()
    while True:
        number, digit = divmod(number, 128)
        encoded.append(digit | (128 if number else 0))
        if not number:
            return bytes(encoded)


def _packet(first: int, body: bytes) -> bytes:
    return bytes([first]) + _length(len(body)) + body
