"""How much is taken off a connection? One small piece at a time, and none that nobody deals with.

uvicorn would read up to 256 KB ahead on each connection. Here whoever counts and shares out the bytes must be
asked before each piece, or an upload would be one leap and a long silence.

It would also read on, and throw away, what is left of a request that was answered before it was whole, and it
would wait for ever for a request that never comes. Strangers get neither bytes nor descriptors of ours.
"""

import asyncio
import contextlib
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

PIECE_BYTES = 16_384

LONGEST_S = 60.0
"""From one answer's end to the next one's: the longest answer takes half of that."""

_LINGERS_S = 1.0


class PieceByPiece(H11Protocol):
    """uvicorn's HTTP, reading no further than asked for, and waiting no longer than it must."""

    _closing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new connection, and limit what one read of it takes."""
        reading: Any = transport
        reading.max_size = PIECE_BYTES
        super().connection_made(transport)
        self._close_in(LONGEST_S)

    def data_received(self, data: bytes) -> None:
        """Take a piece, and no other until somebody asks for the body's next."""
        super().data_received(data)
        if self.cycle is not None and self.cycle.body and not self.cycle.response_complete:
            self.flow.pause_reading()

    def on_response_complete(self) -> None:
        """Wait for the next request; or hang up, where this one was not whole when it was answered."""
        if self.conn.their_state is not h11.SEND_BODY or self.transport.is_closing():
            super().on_response_complete()
            self._close_in(LONGEST_S)
            return
        # Who sends still must hear the answer: closing at once would reset the connection under it.
        self.flow.pause_reading()
        with contextlib.suppress(OSError):
            self.transport.write_eof()
        self._close_in(_LINGERS_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._close_in(None)
        super().connection_lost(exc)

    def _close_in(self, seconds: float | None) -> None:
        if self._closing is not None:
            self._closing.cancel()
        self._closing = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
