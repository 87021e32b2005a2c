"""The API and its pages, served by a thread of this process on the loopback address."""

import logging
import socket
import threading
import time

import uvicorn
from fastapi import FastAPI

from roomreach.errors import Unavailable
from roomreach_api.serving import Server

_PATIENCE_S = 10
_GRACE_S = 2

log = logging.getLogger(__name__)


class Pages:
    """Serves an application on a socket that listens already, from ``start`` to ``stop``."""

    def __init__(self, app: FastAPI, listening: socket.socket) -> None:
        self.port = int(listening.getsockname()[1])
        # No access log: it would hold addresses of people.
        self._server = Server(
            app,
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE_S,
            ),
        )
        self._thread = threading.Thread(target=self._serve, args=(listening,), name="pages", daemon=True)

    def start(self) -> None:
        """Return once pages are served; raise ``Unavailable`` when they cannot be."""
        self._thread.start()
        deadline = time.monotonic() + _PATIENCE_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise Unavailable("The pages could not be started: the lines above say why.")
            time.sleep(0.01)

    def alive(self) -> bool:
        """Whether pages are served."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Finish the answers under way, for two seconds at most, and close."""
        self._server.should_exit = True
        self._thread.join(_GRACE_S + 1)

    def _serve(self, listening: socket.socket) -> None:
        try:
            self._server.run(sockets=[listening])
        except SystemExit:
            # uvicorn's way to say that the application could not start; it has said why.
            log.error("the pages stopped")  # noqa: TRY400 - the trace says no more
        finally:
            listening.close()
