"""What does a site's page say? How it is now, its rooms and line last week, when it is bad, what failed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from roomreach.headline import Standing, headline, heard_in_time
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.online import Online
from roomreach.places import Line, Role
from roomreach_api.console.cells import Cell, Floor, RoomWeek, floors
from roomreach_api.console.lines import Line as Told
from roomreach_api.console.lines import line_of, standing_of
from roomreach_api.console.silence import silent_since
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
    """The page. ``history`` is None where it cannot be read: ``unread`` says why.

    ``silent_since`` is the last that anybody at all was heard, when nobody is heard now.
    """

    site: SeenSite
    title: str
    headline: str
    heard: str
    as_of: datetime
    silent_since: datetime | None
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
    standings = [standing_of(room, here[room.id], reading) if here[room.id] else None for room in rooms]
    told = [standing for standing in standings if standing]
    return SitePage(
        site=site,
        title=_title(told, len(rooms), reading.now),
        headline=headline(
            told,
            reading.now,
            since=lambda at: since(at, reading.now),
            rooms_without_agent=0 if site.trial else standings.count(None),
        ),
        heard=heard_in_time(told, reading.now),
        as_of=reading.now,
        silent_since=silent_since(reading),
        last_week=summing_up(list(weeks.values())) if weeks else "",
        floors=floors([_cell(reading, room, here.get(room.id) or [None], weeks) for room in rooms]),
        lines=_lines(rooms, here, wired, history.tests or ()) if history else (),
        history=history,
        unread=unread,
    )


def _cell(
    reading: Reading,
    room: SeenRoom,
    agents: Sequence[SeenAgent | None],
    weeks: Mapping[RoomId, RoomWeek] | None,
) -> Cell:
    told = _worst([line_of(room, agent, reading) for agent in agents])
    return Cell(
        room=room,
        online=told.online,
        why=told.why,
        wired=all(agent is not None and agent.role is Role.REFERENCE for agent in agents),
        week=weeks[room.id] if weeks else None,
    )


def _worst(lines: Sequence[Told]) -> Told:
    bad_news_first = (Online.NO, Online.YES, Online.UNKNOWN)
    return min(lines, key=lambda line: bad_news_first.index(line.online))


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


def _title(told: Sequence[Standing], rooms: int, now: datetime) -> str:
    if not any(one.taken_at for one in told):
        return "Nothing heard yet" if told else "Nothing measured yet"
    heard = [one for one in told if one.heard(now)]
    if not heard:
        return "Nothing heard now"
    online = sum(one.online is Online.YES for one in heard)
    return f"{online} of {rooms} rooms online" if rooms > 1 else ("Online" if online else "Not online")
