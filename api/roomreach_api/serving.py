"""How does a server stop while pages are open? By ending their streams first, then as ever."""

import socket

import uvicorn
from fastapi import FastAPI


class Server(uvicorn.Server):
    """uvicorn for our application: without this it would wait for streams that never end by themselves."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._live = app.state.live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, and finish the answers under way."""
        self._live.close()
        await super().shutdown(sockets)
