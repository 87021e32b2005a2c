"""What does a site's page say? How it is now, its rooms and line last week, when it is bad, what failed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from roomreach.headline import Standing, counted, headline, heard_in_time
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.online import Online
from roomreach.places import Line, Role
from roomreach_api.console.cells import Cell, Floor, RoomWeek, floors
from roomreach_api.console.lines import Line as Told
from roomreach_api.console.lines import line_of, speaks_for, standing_of
from roomreach_api.console.silence import OurSilence, our_silence, silence_of
from roomreach_api.console.site_history import SiteHistory, read
from roomreach_api.console.speeds import Speed, Typical, typical
from roomreach_api.console.summing_up import summing_up
from roomreach_api.console.unread import unless_unread
from roomreach_api.console.words import since
from roomreach_api.reading import Reading
from roomreach_api.visible import SeenAgent, SeenRoom, SeenSite


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A building's line: what it is sold as, and what its wired agents measured last week."""

    building: str | None
    line: Line | None
    measured: Typical | None
    agents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """The page. ``history`` is None where it cannot be read: ``unread`` says why."""

    site: SeenSite
    title: str
    headline: str
    heard: str
    as_of: datetime
    silence: OurSilence | None
    last_week: str
    floors: Sequence[Floor]
    lines: Sequence[Sold]
    history: SiteHistory | None
    unread: str


def site_page(reading: Reading, site_id: SiteId) -> SitePage:
    """Read what the page says; raises ``NotFound``."""
    site = reading.places.site(site_id)
    rooms = reading.places.rooms(site_id)
    here: dict[RoomId, list[SeenAgent]] = defaultdict(list)
    for agent in reading.places.agents():
        if agent.room and agent.room.site.id == site_id:
            here[agent.room.id].append(agent)
    wired = frozenset(a.id for agents in here.values() for a in agents if a.role is Role.REFERENCE)
    history, unread = unless_unread(lambda: read(reading, rooms, wired)) if rooms else (None, "")
    weeks = history.rooms if history else None
    lines = {
        room.id: [line_of(room, agent, reading) for agent in here[room.id]] or [line_of(room, None, reading)]
        for room in rooms
    }
    told = [standing for room in rooms if (standing := standing_of(lines[room.id]))]
    without_agent = 0 if site.trial else sum(room.lived_in and not here[room.id] for room in rooms)
    return SitePage(
        site=site,
        title=_title(counted(told), without_agent, reading.now),
        headline=headline(
            told,
            reading.now,
            since=lambda at: since(at, reading.now),
            silence=silence_of(reading, site_id),
            rooms_without_agent=without_agent,
        ),
        heard=heard_in_time(told, reading.now),
        as_of=reading.now,
        silence=our_silence(reading),
        last_week=summing_up(list(weeks.values())) if weeks else "",
        floors=floors([_cell(room, lines[room.id], weeks) for room in rooms]),
        lines=_lines(rooms, here, wired, history.tests or ()) if history else (),
        history=history,
        unread=unread,
    )


def _cell(room: SeenRoom, lines: Sequence[Told], weeks: Mapping[RoomId, RoomWeek] | None) -> Cell:
    told = speaks_for(lines)
    return Cell(
        room=room,
        online=told.online,
        why=told.why,
        wired=all(line.role is Role.REFERENCE for line in lines),
        week=weeks[room.id] if weeks else None,
    )


def _lines(
    rooms: Iterable[SeenRoom],
    here: Mapping[RoomId, Sequence[SeenAgent]],
    wired: frozenset[AgentId],
    tests: Sequence[Speed],
) -> list[Sold]:
    buildings: dict[str | None, list[SeenRoom]] = defaultdict(list)
    for room in rooms:
        buildings[room.building].append(room)
    found = []
    for building, inside in buildings.items():
        agents = {a.id for room in inside for a in here.get(room.id, ()) if a.id in wired}
        measured = typical(one for one in tests if one.agent in agents)
        found.append(Sold(building=building, line=inside[0].sold, measured=measured, agents=len(agents)))
    return found


def _title(told: Sequence[Standing], without_agent: int, now: datetime) -> str:
    if not any(one.taken_at for one in told):
        return "Nothing heard yet" if told else "Nothing measured yet"
    heard = [one for one in told if one.heard(now)]
    if not heard:
        return "Nothing heard now"
    online, rooms = sum(one.online is Online.YES for one in heard), len(told) + without_agent
    return f"{online} of {rooms} rooms online" if rooms > 1 else ("Online" if online else "Not online")
