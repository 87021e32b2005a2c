"""An agent is put in a room, or the records are told where it stood."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from roomreach.errors import NotFound
from roomreach.identifiers import AgentId, BuildingId, RoomId, SiteId
from roomreach.moments import milliseconds
from roomreach.places import Agent, Building, Installation, Register, Role, Room
from roomreach_store.importing.columns import tidy
from roomreach_store.importing.lines import MAIN_BUILDING
from roomreach_store.importing.planning import Mint
from roomreach_store.operating.cells import read
from roomreach_store.records import correcting, jobs, places


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """An agent, by default a new one, stands in a room of a site from a moment on.

    The room is named by its code or its label; a label that no room has yet makes the room.
    """

    site: SiteId
    room: str
    role: Role = Role.ROOM
    since: datetime
    agent: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An agent stood, or stands, in a room: named by its code, or by its label on a site.

    Without a site that on which the agent stands last, without a role the one it has there, without an end
    until it is moved again.
    """

    agent: AgentId
    room: str
    site: SiteId | None = None
    role: Role | None = None
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was recorded, and the job that puts its stored measurements there."""

    agent: AgentId
    room: RoomId
    role: Role
    job: int


def install(c: Connection, asked: Install, mint: Mint, now_ms: int) -> Installation:
    """Record that an agent stands in a room; ask the collector to put there what an earlier stay took in.

    Raises ``NotFound`` for a site or a room's code that is not on record, ``Conflict`` when it contradicts
    where the agent stood, and ``Refused`` for a label that cannot be one.
    """
    register = places.register(c)
    if asked.site not in register.sites:
        raise NotFound(f"The site {asked.site} is not on record. Those that are: roomreach sites list")
    new_label = not asked.room.startswith("r-") and not _rooms(register, asked.site, asked.room)
    installation = Installation(
        agent=asked.agent or AgentId(mint("a")),
        room=_new_room(c, register, asked, mint) if new_label else _room(register, asked.site, asked.room),
        role=asked.role,
        since=asked.since,
    )
    if installation.agent not in register.agents:
        places.add_agent(c, Agent(id=installation.agent))
    places.install(c, installation)
    if installation.agent in register.installations:
        # Since then it may have reported, and a collector may not have read this register yet.
        since_ms = milliseconds(installation.since)
        jobs.replace(c, installation.agent, since_ms, correcting.FOREVER_MS, now_ms)
    return installation


def move(c: Connection, asked: Move, now_ms: int) -> Moved:
    """Record where an agent stood, and ask the collector to put its measurements there.

    Raises ``NotFound`` for what is not on record, and ``Conflict``.
    """
    register = places.register(c)
    last = register.installations.get(asked.agent, [])[-1:]
    if asked.agent not in register.agents:
        raise NotFound(f"There is no agent {asked.agent}.")
    site = asked.site or (register.site_of(last[0].room).id if last else None)
    installation = Installation(
        agent=asked.agent,
        room=_room(register, site, asked.room),
        role=asked.role or (last[0].role if last else Role.ROOM),
        since=asked.since,
        until=asked.until,
    )
    job = correcting.correct(c, installation, now_ms)
    return Moved(agent=asked.agent, room=installation.room, role=installation.role, job=job)


def _room(register: Register, site: SiteId | None, text: str) -> RoomId:
    found = _rooms(register, site, text)
    if len(found) != 1:
        what = "Several rooms have this label" if found else "There is no such room"
        raise NotFound(f"{what} on the site {site or 'that was not named'}: give the room's code.")
    return found[0]


def _rooms(register: Register, site: SiteId | None, text: str) -> list[RoomId]:
    if text in register.rooms and site in {None, register.site_of(RoomId(text)).id}:
        return [RoomId(text)]
    return [
        room.id
        for room in register.rooms.values()
        if room.label == tidy(text) and site is not None and register.site_of(room.id).id == site
    ]


def _new_room(c: Connection, register: Register, asked: Install, mint: Mint) -> RoomId:
    label = read("room", asked.room)
    building = next((one.id for one in register.buildings.values() if one.site == asked.site), None)
    if building is None:
        building = BuildingId(mint("b"))
        places.add_building(c, Building(id=building, site=asked.site, name=MAIN_BUILDING))
    room = Room(id=RoomId(mint("r")), building=building, label=label)
    places.add_room(c, room)
    return room.id
