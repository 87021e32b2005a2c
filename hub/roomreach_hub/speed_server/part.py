"""How does a hub run its speed server? In a process of its own, so that no test starves the collector."""

import sys
import time

from roomreach.errors import Misconfigured, Unavailable
from roomreach_hub import ports, speed_tokens
from roomreach_hub.child import Child
from roomreach_hub.folder import Folder

_PATIENCE_S = 15


class SpeedServer:
    """The speed server of a hub's folder, on one port of this machine, for those with a token in it."""

    def __init__(self, folder: Folder, port: int) -> None:
        self.port = port
        self.tokens = speed_tokens.made(folder)
        self._child = Child(
            [
                *(sys.executable, "-I", "-m", "roomreach_hub", "speed-server"),
                *("--tokens", self.tokens),
                *("--listen", f"{ports.LOOPBACK}:{port}"),
            ],
            folder.path / "speed-server.log",
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
