"""The hub's broker: which one this machine has, and how it is started, watched and stopped.

Read ``BROKERS`` and know every broker the hub can run, best first.
"""

import time
from collections.abc import Mapping
from pathlib import Path

from roomreach.errors import Misconfigured, Unavailable
from roomreach_hub import ports
from roomreach_hub.broker.embedded import EMBEDDED
from roomreach_hub.broker.kind import Kind
from roomreach_hub.broker.mosquitto import MOSQUITTO
from roomreach_hub.child import Child

BROKERS: Mapping[str, Kind] = {"mosquitto": MOSQUITTO, "embedded": EMBEDDED}

_PATIENCE_S = 10


class Broker:
    """A broker as a process of ours, on one port of the loopback address. Stopped, it remembers nothing."""

    def __init__(self, kind: Kind, folder: Path, port: int) -> None:
        configuration = folder / kind.file
        command = kind.command(configuration)
        if command is None:
            raise Misconfigured(f"{kind.title} is not on this machine")
        self.title = kind.title
        self.protocols = kind.protocols
        self.port = port
        self._configuration = configuration
        self._text = kind.configuration(port)
        self._child = Child(command, folder / "broker.log")

    def start(self) -> None:
        """Start it and return once it takes connections.

        Raises ``Misconfigured`` when another program has its port, and ``Unavailable`` when it does not
        come up.
        """
        self._child.stop()
        if not ports.free(self.port):
            raise Misconfigured(f"Port {self.port}, meant for the broker, is used by another program.")
        self._write()
        self._child.start()
        deadline = time.monotonic() + _PATIENCE_S
        while not ports.answers(self.port):
            if not self._child.alive() or time.monotonic() > deadline:
                words = self._child.last_words()
                self._child.stop()
                raise Unavailable(f"{self.title} did not start: {words or 'it did not say why'}")
            time.sleep(0.02)

    def alive(self) -> bool:
        """Whether its process runs."""
        return self._child.alive()

    def stop(self) -> None:
        """End it and wait until it is gone. Twice does no harm."""
        self._child.stop()

    def _write(self) -> None:
        try:
            self._configuration.write_text(self._text)
        except OSError as exc:
            raise Unavailable(f"{self._configuration} cannot be written: {exc.strerror}") from exc


def choose(wanted: str | None = None, brokers: Mapping[str, Kind] = BROKERS) -> Kind:
    """Pick the broker wanted, or the best this machine has; raise ``Misconfigured`` where there is none."""
    if wanted is not None and wanted not in brokers:
        raise Misconfigured(f"There is no broker {wanted!r}, only {' and '.join(brokers)}.")
    candidates = brokers.values() if wanted is None else [brokers[wanted]]
    for kind in candidates:
        if kind.command(Path()) is not None:
            return kind
    lacking = "no MQTT broker" if wanted is None else f"no {brokers[wanted].title}"
    raise Misconfigured(f"This machine has {lacking}. Install Mosquitto: sudo apt-get install mosquitto")
