"""What does a room's page say? How it is now, its figures over some days, and the facts behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from roomreach.identifiers import AgentId, RoomId
from roomreach.online import Online
from roomreach.places import Role
from roomreach_api.console.facts import Fact, every_fact
from roomreach_api.console.figures import Figure
from roomreach_api.console.history import Place
from roomreach_api.console.lines import Line, line_of, said_here, speaks_for
from roomreach_api.console.room_history import RoomHistory, figures_of, read
from roomreach_api.console.silence import OurSilence, our_silence
from roomreach_api.console.unread import unless_unread
from roomreach_api.console.words import ROOM_ONLINE
from roomreach_api.reading import Reading
from roomreach_api.visible import SeenAgent, SeenRoom

MINUTE_MS = 60_000
EVERY_MS: Mapping[int, int] = {1: 15 * MINUTE_MS, 7: 30 * MINUTE_MS, 28: 60 * MINUTE_MS}
"""The days that a page may cover, and the windows it is drawn in."""
SPANS: Mapping[int, str] = {1: "Last 24 hours", 7: "Last 7 days", 28: "Last 28 days"}
"""What the page calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one agent measured in the room over the days, and the facts of its latest report."""

    agent: AgentId
    role: Role | None
    line: Line | None
    facts: Sequence[tuple[str, Fact]]
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPage:
    """The page of one room over ``days``. ``history`` is None where it cannot be read, as ``unread`` says."""

    room: SeenRoom
    title: str
    sentence: str
    as_of: datetime
    silence: OurSilence | None
    days: int
    lines: Sequence[Line]
    measured: Sequence[Measured]
    history: RoomHistory | None
    unread: str


def room_page(reading: Reading, room_id: RoomId, days: int) -> RoomPage:
    """Read what the page says; raises ``NotFound``."""
    room = reading.places.room(room_id)
    place = Place(days=days, room=room_id)
    standing = [agent for agent in reading.places.agents() if agent.room and agent.room.id == room_id]
    lines = [line_of(room, agent, reading) for agent in standing] or [line_of(room, None, reading)]
    history, unread = unless_unread(
        lambda: read(reading, place, room, EVERY_MS[days], [agent.id for agent in standing])
    )
    told = speaks_for(lines)
    return RoomPage(
        room=room,
        title=ROOM_ONLINE[told.online],
        sentence=f"{_ANSWERS[told.online]}: {told.why}.",
        as_of=reading.now,
        silence=our_silence(reading),
        days=days,
        lines=lines,
        measured=_measured(reading, history, standing, lines),
        history=history,
        unread=unread,
    )


def _measured(
    reading: Reading, history: RoomHistory | None, standing: Sequence[SeenAgent], lines: Sequence[Line]
) -> list[Measured]:
    here = {agent.id: agent for agent in standing}
    gone = sorted(history.agents.difference(here)) if history else []
    return [_of_agent(reading, history, agent, here.get(agent), lines) for agent in [*here, *gone]]


def _of_agent(
    reading: Reading,
    history: RoomHistory | None,
    agent: AgentId,
    stands: SeenAgent | None,
    lines: Sequence[Line],
) -> Measured:
    said = said_here(lines[0].room, stands, reading) if stands else None
    return Measured(
        agent=agent,
        role=stands.role if stands else None,
        line=next((line for line in lines if line.agent == agent), None),
        facts=every_fact(said.measurements) if said else (),
        figures=figures_of(reading, history, agent) if history else (),
    )


_ANSWERS: Mapping[Online, str] = {
    Online.YES: "Residents can get online in this room",
    Online.NO: "Residents cannot get online in this room",
    Online.UNKNOWN: "Whether residents can get online in this room is not known",
}
