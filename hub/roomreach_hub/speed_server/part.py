"""How does a hub run its speed server? In a process of its own, so that no test starves the collector."""

import os
import secrets
import sys
import time
from pathlib import Path

from roomreach.errors import Misconfigured, Unavailable
from roomreach_hub import ports
from roomreach_hub.child import Child

TOKEN_FILE = "speed.token"  # noqa: S105 - a file's name

_PATIENCE_S = 15


class SpeedServer:
    """The speed server of a hub's folder, on one port of the loopback address.

    Its token stays the same from start to start: agents' settings hold it.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.token_file = folder / TOKEN_FILE
        self._child = Child(
            [
                *(sys.executable, "-I", "-m", "roomreach_hub", "speed-server"),
                *("--tokens", self.token_file),
                *("--listen", f"{ports.LOOPBACK}:{port}"),
            ],
            folder / "speed-server.log",
        )

    @property
    def url(self) -> str:
        """Where agents of this machine find it."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Start it, and return once it takes connections.

        Raises ``Misconfigured`` when another program has its port, and ``Unavailable`` when it does not come
        up.
        """
        self._child.stop()
        if not ports.free(self.port):
            raise Misconfigured(f"Port {self.port}, meant for the speed server, is used by another program.")
        self._make_token()
        self._child.start()
        deadline = time.monotonic() + _PATIENCE_S
        while not ports.answers(self.port):
            if not self._child.alive() or time.monotonic() > deadline:
                words = self._child.last_words()
                self._child.stop()
                raise Unavailable(f"The speed server did not start: {words or 'it did not say why'}")
            time.sleep(0.02)

    def alive(self) -> bool:
        """Whether its process runs."""
        return self._child.alive()

    def stop(self) -> None:
        """End it and wait until it is gone. Twice does no harm."""
        self._child.stop()

    def _make_token(self) -> None:
        try:
            made = os.open(self.token_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        except OSError as exc:
            raise Unavailable(f"{self.token_file} cannot be written: {exc.strerror}") from exc
        with os.fdopen(made, "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
