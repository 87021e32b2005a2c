"""How much is taken off a connection at a time? One small piece, and none before that was dealt with.

uvicorn would read up to 256 KB ahead on each connection. Here whoever counts and shares out the bytes must be
asked before each piece, or an upload would be one leap and a long silence.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

PIECE_BYTES = 16_384


class PieceByPiece(H11Protocol):
    """uvicorn's HTTP, reading no further than asked for."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new connection, and limit what one read of it takes."""
        reading: Any = transport
        reading.max_size = PIECE_BYTES
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Take a piece, and no other until somebody asks for the body's next."""
        super().data_received(data)
        if self.cycle is not None and self.cycle.body:
            self.flow.pause_reading()
