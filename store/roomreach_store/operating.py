"""What an operator does to the records: the same whether a running hub is asked, or its folder is opened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from roomreach.errors import NotFound, Refused
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.places import Installation, Register, Role
from roomreach_store import importing
from roomreach_store.importing import ImportReport
from roomreach_store.records import Records, additions, correcting, jobs, places, quarantine

MOST_REPLAYED = 1_000
"""How many messages one request may ask to be taken in again."""


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


def import_sites(
    records: Records, content: bytes, mint: Callable[[str], str], *, dry_run: bool
) -> ImportReport:
    """Add the places of a file, all of them at once; with ``dry_run`` only say what would be. Twice is once.

    Raises ``Malformed`` for what is no such file.
    """
    rows = importing.read_table(content)
    with records.reading() if dry_run else records.transaction() as c:
        plan = importing.plan(rows, places.register(c), mint)
        if not dry_run:
            additions.add(
                c, providers=plan.providers, sites=plan.sites, buildings=plan.buildings, rooms=plan.rooms
            )
    return plan.report


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


def replay(c: Connection, entries: Sequence[int], reason: str | None, now_ms: int) -> dict[int, int]:
    """Ask the collector to take messages in again; give the job of each, by the message's number.

    Raises ``NotFound`` for one that is not in quarantine, and ``Refused`` for one not kept whole, and for
    none, or more than ``MOST_REPLAYED``.
    """
    chosen = [quarantine.entry(c, entry) for entry in dict.fromkeys(entries)]
    cut_short = [entry.id for entry in chosen if entry.size > len(entry.payload or b"")]
    if cut_short:
        raise Refused(f"Of number {cut_short[0]} only the beginning was kept: it cannot be taken in again.")
    numbers = [entry.id for entry in chosen]
    if reason is not None:
        whole = (one for one in quarantine.of_reason(c, reason) if one.size <= quarantine.KEPT_BYTES)
        numbers += [entry.id for entry in whole if entry.id not in numbers]
    if not numbers:
        raise Refused("Nothing that was kept whole is in quarantine for that reason.")
    if len(numbers) > MOST_REPLAYED:
        raise Refused(f"That would be {len(numbers)} messages, and at most {MOST_REPLAYED} go at once.")
    return {number: jobs.replay(c, number, now_ms) for number in numbers}


def _room(register: Register, site: SiteId | None, text: str) -> RoomId:
    if text in register.rooms and site in {None, register.site_of(RoomId(text)).id}:
        return RoomId(text)
    found = [
        room.id
        for room in register.rooms.values()
        if room.label == text and site is not None and register.site_of(room.id).id == site
    ]
    if len(found) != 1:
        what = "Several rooms have this label" if found else "There is no such room"
        raise NotFound(f"{what} on the site {site or 'that was not named'}: give the room's code.")
    return found[0]
