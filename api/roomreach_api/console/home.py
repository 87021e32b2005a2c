"""What does the home page say? Everything it shows, as values in the order it shows them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from roomreach.headline import Standing, headline, heard_in_time
from roomreach.online import Online
from roomreach_api.console.lines import Line, line_of, standing_of
from roomreach_api.console.strangers import Stranger, strangers
from roomreach_api.console.unwell import Unwell, unwell
from roomreach_api.console.words import since
from roomreach_api.reading import Reading
from roomreach_api.visible import SeenAgent, SeenSite


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One site: its rooms by whether they are online now, and what each agent there measured last."""

    site: SeenSite
    rooms: int
    online: Mapping[Online, int]
    last_heard: datetime | None
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The page. ``agents`` says whether any agent stands in a room, ``all_well`` that every room is online.

    ``silent_since`` is the last that anybody was heard, when nobody is heard now: then it is our own system
    that is not well, and ``unwell``, which would blame every room, is empty.
    """

    title: str
    headline: str
    heard: str
    as_of: datetime
    silent_since: datetime | None
    unwell: Sequence[Unwell]
    all_well: bool
    blocks: Sequence[Block]
    strangers: Sequence[Stranger]
    agents: bool


def home(reading: Reading) -> Home:
    """Read what the page says."""
    now = reading.now
    standing: dict[str, list[SeenAgent]] = defaultdict(list)
    for agent in reading.places.agents():
        if agent.room:
            standing[agent.room.id].append(agent)
    lines: dict[str, list[Line]] = defaultdict(list)
    rooms: dict[str, list[Standing | None]] = defaultdict(list)
    for room in reading.places.rooms():
        here: list[SeenAgent | None] = [*standing[room.id]]
        lines[room.site.id] += [line_of(room, agent, reading) for agent in here or [None]]
        rooms[room.site.id].append(standing_of(room, standing[room.id], reading) if here else None)
    blocks = [_block(site, rooms[site.id], lines[site.id], now) for site in reading.places.sites()]
    told = [one for block in blocks for one in rooms[block.site.id] if one]
    # As the sentence does: test benches speak only where there is nothing else.
    counted = [one for one in told if not one.trial] or told
    nobody = not any(one.heard(now) for one in counted)
    last_heard = max((one.taken_at for one in counted if one.taken_at), default=None)
    silent_since = last_heard if nobody else None
    found = [] if nobody else unwell(line for block in blocks for line in block.lines)
    homes = [block for block in blocks if not block.site.trial]
    all_well = bool(told) and all(block.online[Online.YES] == block.rooms for block in homes or blocks)
    return Home(
        title=_title(told, found, silent_since, now, all_well=all_well),
        headline=headline(
            told,
            now,
            since=lambda at: since(at, now),
            rooms_without_agent=sum(rooms[block.site.id].count(None) for block in homes),
        ),
        heard=heard_in_time(told, now),
        as_of=now,
        silent_since=silent_since,
        unwell=found,
        all_well=all_well and not found,
        blocks=blocks,
        strangers=strangers(reading),
        agents=any(standing.values()),
    )


def _block(site: SeenSite, rooms: Sequence[Standing | None], lines: Sequence[Line], now: datetime) -> Block:
    return Block(
        site=site,
        rooms=len(rooms),
        online=Counter(one.online if one and one.heard(now) else Online.UNKNOWN for one in rooms),
        last_heard=max((one.taken_at for one in rooms if one and one.taken_at), default=None),
        lines=lines,
    )


def _title(
    told: Sequence[Standing],
    found: Sequence[Unwell],
    silent_since: datetime | None,
    now: datetime,
    *,
    all_well: bool,
) -> str:
    if not any(one.taken_at for one in told):
        return "Nothing heard yet" if told else "Nothing measured yet"
    if silent_since:
        return f"Nothing heard since {since(silent_since, now)}"
    if found:
        return f"{len(found)} not well now"
    return "All well" if all_well else "Nothing known to be wrong"
