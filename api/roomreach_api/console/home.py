"""What does the home page say? Everything it shows, as values in the order it shows them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from roomreach.headline import Standing, counted, headline, heard_in_time
from roomreach.identifiers import RoomId, SiteId
from roomreach.online import Online
from roomreach_api.console.lines import Line, line_of, speaks_for, standing_of
from roomreach_api.console.silence import OurSilence, our_silence, silence_of
from roomreach_api.console.strangers import Stranger, strangers
from roomreach_api.console.troubles import Trouble
from roomreach_api.console.unwell import Unwell, unwell
from roomreach_api.console.words import since
from roomreach_api.reading import Reading
from roomreach_api.visible import SeenAgent, SeenSite

LISTED = 40
"""The rooms that the page lists one by one; where there are more, each site's page lists its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One site: its rooms by whether they are online now, and what each agent there measured last.

    Rooms that nobody lives in are not in its totals, but have their lines.
    """

    site: SeenSite
    rooms: int
    online: Counter[Online]
    last_heard: datetime | None
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The page. ``agents`` says whether any agent stands in a room, ``all_well`` that every room is online.

    While ``silence`` may be our own doing, ``unwell``, which would blame every room, is empty.
    """

    title: str
    headline: str
    heard: str
    as_of: datetime
    silence: OurSilence | None
    unwell: Sequence[Unwell]
    all_well: bool
    not_known: int
    blocks: Sequence[Block]
    listed: bool
    strangers: Sequence[Stranger]
    agents: bool


def home(reading: Reading) -> Home:
    """Read what the page says."""
    now = reading.now
    standing: dict[RoomId, list[SeenAgent]] = defaultdict(list)
    for agent in reading.places.agents():
        if agent.room:
            standing[agent.room.id].append(agent)
    rooms: dict[SiteId, list[Sequence[Line]]] = defaultdict(list)
    for room in reading.places.rooms():
        agents: Sequence[SeenAgent | None] = standing[room.id] or [None]
        rooms[room.site.id].append([line_of(room, agent, reading) for agent in agents])
    blocks = [_block(site, rooms[site.id]) for site in reading.places.sites()]
    told = [one for block in blocks for lines in rooms[block.site.id] if (one := standing_of(lines))]
    who = counted(told)
    silence = our_silence(reading)
    found = [] if silence else _found(who, blocks)
    homes = [block for block in blocks if not block.site.trial]
    online = sum((block.online for block in homes), Counter[Online]())
    all_well = not found and 0 < online[Online.YES] == sum(block.rooms for block in homes)
    return Home(
        title=_title(who, found, silence, now, all_well=all_well),
        headline=headline(
            told,
            now,
            since=lambda at: since(at, now),
            silence=silence_of(reading),
            rooms_without_agent=sum(
                line.agent is None and line.room.lived_in for block in homes for line in block.lines
            ),
        ),
        heard=heard_in_time(told, now),
        as_of=now,
        silence=silence,
        unwell=found,
        all_well=all_well,
        not_known=online[Online.UNKNOWN],
        blocks=blocks,
        listed=sum(map(len, rooms.values())) <= LISTED,
        strangers=strangers(reading),
        agents=any(standing.values()),
    )


def _block(site: SeenSite, rooms: Sequence[Sequence[Line]]) -> Block:
    inside = [speaks_for(lines) for lines in rooms if site.trial or lines[0].room.lived_in]
    lines = [line for lines in rooms for line in lines]
    return Block(
        site=site,
        rooms=len(inside),
        online=Counter(line.online for line in inside),
        last_heard=max((line.taken_at for line in lines if line.taken_at), default=None),
        lines=lines,
    )


def _found(who: Sequence[Standing], blocks: Sequence[Block]) -> Sequence[Unwell]:
    # As the sentence does: test benches speak only where there is nothing else.
    benches = any(one.trial for one in who)
    found = unwell(line for block in blocks if block.site.trial is benches for line in block.lines)
    if any(one.taken_at for one in who):
        return found
    # While nothing was heard yet, that a box was never heard is no news.
    return [one for one in found if one.trouble is not Trouble.SILENT]


def _title(
    who: Sequence[Standing],
    found: Sequence[Unwell],
    silence: OurSilence | None,
    now: datetime,
    *,
    all_well: bool,
) -> str:
    if silence:
        return f"Nothing heard since {since(silence.since, now)}"
    if found:
        return f"{len(found)} not well now"
    if not any(one.taken_at for one in who):
        return "Nothing heard yet" if who else "Nothing measured yet"
    return "All well" if all_well else "Nothing known to be wrong"
