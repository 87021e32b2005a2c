"""One connection to the speed server that never waits: what it has is taken, what it takes is given."""

import contextlib
import socket
import ssl
import struct
from types import TracebackType
from typing import Self

from roomreach.measurement import Reason
from roomreach_agent.engines.direction import Failed
from roomreach_agent.engines.own.answers import Head, take_head

_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_CHUNK = 16_384
_LONGEST_BODY = 65_536
_ABORT = struct.pack("ii", 1, 0)


class Line:
    """A connection. Leaving its context drops whatever it had not sent yet: nobody pays for that any more."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._verified = isinstance(sock, ssl.SSLSocket)
        self.received = bytearray()
        self.ended = False

    def __enter__(self) -> Self:
        """Say nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it at once: the kernel would go on sending what it holds."""
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        self._sock.close()

    def fileno(self) -> int:
        """Be something a selector can wait for."""
        return self._sock.fileno()

    def ask(self, request: bytes) -> None:
        """Send a request whole, and never wait again."""
        try:
            self._sock.sendall(request)
        except OSError as exc:
            raise Failed(Reason.NO_ANSWER) from exc
        self._sock.settimeout(0)

    def begun(self, within_s: float) -> Head:
        """Wait for the head of an answer; what came of its body is in ``received``."""
        self._sock.settimeout(within_s)
        try:
            while not self.received or (head := self.head()) is None:
                self._wait_for_more()
        finally:
            self._sock.settimeout(0)
        return head

    def head(self) -> Head | None:
        """Take the head of an answer off what was received; see ``take_head``."""
        return take_head(self.received, verified=self._verified)

    def answer(self, within_s: float) -> bytes:
        """Wait for an answer whole, and give its body, which is short."""
        head = self.begun(within_s)
        self._sock.settimeout(within_s)
        while len(self.received) < min(head.length, _LONGEST_BODY):
            self._wait_for_more()
        body = bytes(self.received[: head.length])
        del self.received[: head.length]
        return body

    def _wait_for_more(self) -> None:
        try:
            more = self._sock.recv(_CHUNK)
        except OSError as exc:
            raise Failed(Reason.NO_ANSWER) from exc
        if not more:
            raise Failed(Reason.NO_ANSWER)
        self.received += more

    def take(self) -> None:
        """Put into ``received`` what is there."""
        buffer = bytearray(_CHUNK)
        if count := self.take_into(memoryview(buffer)):
            self.received += buffer[:count]

    def take_into(self, buffer: memoryview) -> int:
        """Take what is there, as much as fits; 0 when nothing is, and ``ended`` when nothing will be."""
        try:
            count = self._sock.recv_into(buffer)
        except _NOT_NOW:
            return 0
        except OSError as exc:
            raise Failed(Reason.NO_ANSWER) from exc
        self.ended = self.ended or count == 0
        return count

    def give(self, data: memoryview) -> int:
        """Hand over what the kernel takes now; how many bytes."""
        try:
            return self._sock.send(data)
        except _NOT_NOW:
            return 0
        except OSError as exc:
            raise Failed(Reason.NO_ANSWER) from exc
