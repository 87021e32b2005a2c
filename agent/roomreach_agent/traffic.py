"""How many bytes did the kernel's interfaces carry? Nobody else's count of them is to be believed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from roomreach_agent.files import text_of

LOOPBACK = "lo"
_RECEIVED, _SENT = 0, 8


@dataclass(frozen=True, slots=True)
class Carried:
    """Bytes since the machine was started."""

    received: int = 0
    sent: int = 0

    def since(self, before: "Carried") -> "Carried":
        """Give what was carried in between; nothing where an interface went away with its counters."""
        return Carried(max(0, self.received - before.received), max(0, self.sent - before.sent))


def interfaces(root: Path) -> Mapping[str, Carried]:
    """Give what each interface has carried."""
    found: dict[str, Carried] = {}
    for line in text_of(root / "proc/net/dev").splitlines():
        name, colon, counters = line.partition(":")
        if colon:
            words = counters.split()
            found[name.strip()] = Carried(int(words[_RECEIVED]), int(words[_SENT]))
    return found


def carried(root: Path, apart_from: Collection[str] = (LOOPBACK,)) -> Carried:
    """Add up every interface; the loopback aside, as what stays on the machine costs nobody anything."""
    counted = [one for name, one in interfaces(root).items() if name not in apart_from]
    return Carried(sum(one.received for one in counted), sum(one.sent for one in counted))
