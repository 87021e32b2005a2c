"""How many bytes did the kernel's interfaces carry? Nobody else's count of them is to be believed."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from roomreach_agent.files import text_of

_RECEIVED, _SENT = 0, 8


@dataclass(frozen=True, slots=True)
class Carried:
    """Bytes since the machine was started."""

    received: int = 0
    sent: int = 0

    def since(self, before: "Carried") -> "Carried":
        """Give what was carried in between; nothing where an interface went away with its counters."""
        return Carried(max(0, self.received - before.received), max(0, self.sent - before.sent))


def carried(root: Path, apart_from: Collection[str] = ("lo",)) -> Carried:
    """Add up every interface; ``lo`` aside, as what stays on the machine costs nobody anything."""
    received = sent = 0
    for line in text_of(root / "proc/net/dev").splitlines():
        interface, colon, counters = line.partition(":")
        if colon and interface.strip() not in apart_from:
            words = counters.split()
            received += int(words[_RECEIVED])
            sent += int(words[_SENT])
    return Carried(received, sent)
