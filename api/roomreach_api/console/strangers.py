"""Which agents report from a place that nobody has recorded?"""

from dataclasses import dataclass
from datetime import datetime

from roomreach.headline import age
from roomreach.identifiers import AgentId
from roomreach_api.reading import Reading
from roomreach_store.records.kept import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """An agent that is heard, although nobody recorded where it stands. ``kept`` reports wait for that."""

    agent: AgentId
    ago: str
    taken_at: datetime | None
    kept: int


def strangers(reading: Reading) -> list[Stranger]:
    """List the agents that are heard although nobody recorded where they stand."""
    found = []
    for agent in reading.places.agents():
        said = reading.said.get(agent.id)
        kept = reading.waiting.get((agent.id, Why.UNPLACED), 0)
        if agent.room is None and (said or kept):
            found.append(
                Stranger(
                    agent=agent.id,
                    ago=age(said.age) if said else "",
                    taken_at=said.taken_at if said else None,
                    kept=kept,
                )
            )
    return found
