"""What is the process that runs the buildings told? A file, in which no place is named."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from roomreach.errors import Misconfigured
from roomreach.identifiers import AgentId, SiteId
from roomreach_hub.buildings.hostel import Script
from roomreach_hub.buildings.spans import Span
from roomreach_hub.ports import LOOPBACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The agents, in the order of ``lodgings``, and where their broker is.

    ``began_s`` is when the script began, by the monotonic clock that all processes of a boot share: a process
    that is started again goes on where the script has got to. ``history`` is the borough's, in seconds since
    1970; where it is None there is the hostel alone. ``sites`` says on which site each agent stands, for the
    slots of the history: the live agents are told theirs.
    """

    agents: tuple[AgentId, ...]
    broker_host: str = LOOPBACK
    broker_port: int
    began_s: float
    script: Script
    history: Span | None = None
    sites: tuple[SiteId, ...] = ()

    def write(self, path: Path) -> None:
        """Write them down: whole, or not at all."""
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self), indent=2) + "\n")
        fresh.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what was written; raise ``Misconfigured`` where that is no orders."""
        try:
            told = json.loads(path.read_text())
            history = told.get("history")
            values = {
                "agents": tuple(map(AgentId, told["agents"])),
                "script": Script(**told["script"]),
                "history": Span(**history) if history else None,
                "sites": tuple(map(SiteId, told.get("sites", ()))),
            }
            return cls(**told | values)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as exc:
            raise Misconfigured(f"{path} holds no orders for simulated buildings: {exc}.") from exc
