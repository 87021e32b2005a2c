"""What is the process that runs the buildings told? A file, in which no place is named."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from roomreach.errors import Misconfigured
from roomreach.identifiers import AgentId
from roomreach_hub.buildings.hostel import Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The agents, in the order of ``lodgings``, and their broker's port on this machine.

    ``began_s`` is when the script began, by the monotonic clock that all processes of a boot share: a process
    that is started again goes on where the script has got to.
    """

    agents: tuple[AgentId, ...]
    broker_port: int
    began_s: float
    script: Script

    def write(self, path: Path) -> None:
        """Write them down."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what was written; raise ``Misconfigured`` where that is no orders."""
        try:
            told = json.loads(path.read_text())
            return cls(
                **told | {"agents": tuple(map(AgentId, told["agents"])), "script": Script(**told["script"])}
            )
        except (OSError, ValueError, TypeError, KeyError) as exc:
            raise Misconfigured(f"{path} holds no orders for simulated buildings: {exc}.") from exc
