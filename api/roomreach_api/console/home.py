"""What does the home page say? Everything it shows, as values in the order it shows them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from roomreach.headline import Standing, age, headline
from roomreach.identifiers import AgentId
from roomreach.online import Online
from roomreach.places import Role
from roomreach_api.console.facts import Fact, facts
from roomreach_api.reading import Reading
from roomreach_api.said import Said
from roomreach_api.visible import SeenAgent, SeenRoom, SeenSite
from roomreach_store.records.kept import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One agent in one room, or a room without any. ``facts`` are by kind; empty when there is no report.

    ``stale`` facts are too old to speak for the present; ``reported`` is what they said of theirs.
    """

    room: SeenRoom
    agent: AgentId | None
    role: Role | None
    online: Online
    why: str
    reported: Online
    offline_since: datetime | None
    taken_at: datetime | None
    ago: str
    facts: Mapping[str, Sequence[Fact]]
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One site, and the lines of its rooms."""

    site: SeenSite
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """An agent that is heard, although nobody recorded where it stands. ``kept`` reports wait for that."""

    agent: AgentId
    ago: str
    taken_at: datetime | None
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The page. ``agents`` says whether any agent stands in a room."""

    headline: str
    as_of: datetime
    blocks: Sequence[Block]
    strangers: Sequence[Stranger]
    agents: bool


def home(reading: Reading) -> Home:
    """Read what the page says."""
    standing: dict[str, list[SeenAgent]] = defaultdict(list)
    for agent in reading.places.agents():
        if agent.room:
            standing[agent.room.id].append(agent)
    rooms = reading.places.rooms()
    lines: dict[str, list[Line]] = defaultdict(list)
    for room in rooms:
        here: list[SeenAgent | None] = [*standing[room.id]]
        lines[room.site.id] += [_line(room, agent, reading) for agent in here or [None]]
    return Home(
        headline=headline(
            [_standing(room, standing[room.id], reading) for room in rooms if standing[room.id]],
            reading.now,
            rooms_without_agent=sum(not standing[room.id] and not room.site.trial for room in rooms),
        ),
        as_of=reading.now,
        blocks=[Block(site=site, lines=lines[site.id]) for site in reading.places.sites()],
        strangers=_strangers(reading),
        agents=any(standing.values()),
    )


def _said_here(room: SeenRoom, agent: SeenAgent, reading: Reading) -> Said | None:
    # What an agent measured before it was moved here says nothing of this room.
    said = reading.said.get(agent.id)
    return said if said and said.room and said.room.id == room.id else None


def _standing(room: SeenRoom, agents: Sequence[SeenAgent], reading: Reading) -> Standing:
    """Let the agents of a room speak as one: of those heard, the one with the worst news."""
    told = [said for agent in agents if (said := _said_here(room, agent, reading))]
    bad_news_first = (Online.NO, Online.YES, Online.UNKNOWN)
    told.sort(key=lambda said: (not said.heard, bad_news_first.index(said.reported.online), said.age))
    if not told:
        return Standing(taken_at=None, interval=timedelta(), online=Online.UNKNOWN, trial=room.site.trial)
    return Standing(
        taken_at=told[0].taken_at,
        interval=told[0].interval,
        online=told[0].reported.online,
        trial=room.site.trial,
    )


def _line(room: SeenRoom, agent: SeenAgent | None, reading: Reading) -> Line:
    said = _said_here(room, agent, reading) if agent else None
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
            ago="",
            facts={},
            stale=False,
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
        ago=age(said.age),
        facts=facts(said.measurements),
        stale=not said.heard,
    )


def _strangers(reading: Reading) -> list[Stranger]:
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
