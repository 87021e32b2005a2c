"""What did each agent of a room measure last, and what do the agents of a room say together?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from roomreach.coverage import signal_dbm
from roomreach.headline import Standing, age
from roomreach.identifiers import AgentId
from roomreach.online import Online
from roomreach.places import Role
from roomreach_api.console.facts import Fact, facts
from roomreach_api.reading import Reading
from roomreach_api.said import Said
from roomreach_api.visible import SeenAgent, SeenRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One agent in one room, or a room without any. ``facts`` are by kind; empty when there is no report.

    ``stale`` facts are too old to speak for the present; ``reported`` is what they said of theirs, and the
    next report is due after ``interval``.
    ``weak_dbm`` is the signal where it is weak and of the present, and ``weak_since`` since when.
    """

    room: SeenRoom
    agent: AgentId | None
    role: Role | None
    online: Online
    why: str
    reported: Online
    offline_since: datetime | None
    taken_at: datetime | None
    interval: timedelta
    ago: str
    facts: Mapping[str, Sequence[Fact]]
    stale: bool
    weak_dbm: int | None
    weak_since: datetime | None

    @property
    def heard(self) -> bool:
        """Whether the agent speaks for the present."""
        return self.taken_at is not None and not self.stale


def line_of(room: SeenRoom, agent: SeenAgent | None, reading: Reading) -> Line:
    """Say what an agent of a room measured last, or that there is none."""
    said = said_here(room, agent, reading) if agent else None
    if not (agent and said):
        return Line(
            room=room,
            agent=agent.id if agent else None,
            role=agent.role if agent else None,
            online=Online.UNKNOWN,
            why="nothing heard from here yet" if agent else "no agent stands here",
            reported=Online.UNKNOWN,
            offline_since=None,
            taken_at=None,
            interval=timedelta(),
            ago="",
            facts={},
            stale=False,
            weak_dbm=None,
            weak_since=None,
        )
    return Line(
        room=room,
        agent=said.agent,
        role=agent.role,
        online=said.online.online,
        why=said.online.reason,
        reported=said.reported.online,
        offline_since=said.offline_since,
        taken_at=said.taken_at,
        interval=said.interval,
        ago=age(said.age),
        facts=facts(said.measurements),
        stale=not said.heard,
        weak_dbm=signal_dbm(said.measurements) if said.heard and said.weak else None,
        weak_since=said.weak_since,
    )


_WORST_FIRST = (Online.NO, Online.YES, Online.UNKNOWN)


def speaks_for(room: Sequence[Line]) -> Line:
    """Choose who speaks for a room: of its agents heard, the one with the worst news; else the last heard."""

    def precedence(line: Line) -> tuple[bool, int, float]:
        taken_s = line.taken_at.timestamp() if line.taken_at else 0.0
        return not line.heard, _WORST_FIRST.index(line.online), -taken_s

    return min(room, key=precedence)


def standing_of(room: Sequence[Line]) -> Standing | None:
    """Let the agents of a room speak as one; None where there is no agent."""
    line = speaks_for(room)
    if line.agent is None:
        return None
    return Standing(
        taken_at=line.taken_at,
        interval=line.interval,
        online=line.reported,
        trial=line.room.site.trial,
        lived_in=line.room.lived_in,
    )


def said_here(room: SeenRoom, agent: SeenAgent, reading: Reading) -> Said | None:
    """Give what an agent said last, if it said that in this room."""
    # What an agent measured before it was moved here says nothing of this room.
    said = reading.said.get(agent.id)
    return said if said and said.room and said.room.id == room.id else None
