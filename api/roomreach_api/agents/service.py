"""Puts together what is known of an agent: where it stands, when it was heard, what of it waits."""

from roomreach_api.agents.schemas import AgentOut
from roomreach_api.reading import Reading
from roomreach_api.visible import SeenAgent
from roomreach_store.records.kept import Why


def describe(agent: SeenAgent, reading: Reading) -> AgentOut:
    """Say an agent."""
    said = reading.said.get(agent.id)
    return AgentOut(
        id=agent.id,
        room=agent.room.id if agent.room else None,
        site=agent.room.site.id if agent.room else None,
        room_label=agent.room.shown_as if agent.room else None,
        site_name=agent.room.site.shown_as if agent.room else None,
        role=agent.role,
        since=agent.since,
        heard=said is not None and said.heard,
        last_taken=said.taken_at if said else None,
        online=said.online.online if said else None,
        why=said.online.reason if said else None,
        unplaced=reading.waiting.get((agent.id, Why.UNPLACED), 0),
        undated=reading.waiting.get((agent.id, Why.UNDATED), 0),
    )
