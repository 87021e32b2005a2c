"""Places and installations on record: read as one register, written one fact at a time."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select, update

from roomreach.errors import Conflict, NotFound, Refused
from roomreach.identifiers import AgentId, BuildingId, ProviderId, RoomId, SiteId
from roomreach.moments import milliseconds, moment
from roomreach.places import (
    Agent,
    Building,
    Category,
    Installation,
    Line,
    Provider,
    Register,
    Role,
    Room,
    Safeguarding,
    Site,
)
from roomreach_store.records import counters
from roomreach_store.records.schema import AGENTS, BUILDINGS, INSTALLATIONS, PROVIDERS, ROOMS, SITES

_VERSION = "register"


def register(c: Connection) -> Register:
    """Read every place and installation."""
    return Register(
        providers=[Provider(id=ProviderId(r.id), name=r.name) for r in c.execute(select(PROVIDERS))],
        sites=[_site(r) for r in c.execute(select(SITES))],
        buildings=[_building(r) for r in c.execute(select(BUILDINGS))],
        rooms=[
            Room(
                id=RoomId(r.id),
                building=BuildingId(r.building),
                label=r.label,
                floor=r.floor,
                homes=r.homes,
            )
            for r in c.execute(select(ROOMS))
        ],
        agents=[Agent(id=AgentId(r.id)) for r in c.execute(select(AGENTS))],
        installations=[_installation(r) for r in c.execute(select(INSTALLATIONS))],
    )


def version(c: Connection) -> int:
    """Say how often the register has changed: while the answer stays the same, so does the register."""
    return counters.value(c, _VERSION)


def add_provider(c: Connection, provider: Provider) -> None:
    """Record a provider; raises ``Conflict`` when its id is taken."""
    _add(c, PROVIDERS, provider_row(provider))


def add_site(c: Connection, site: Site) -> None:
    """Record a site; raises ``Conflict`` when its id is taken, ``NotFound`` for an unknown provider."""
    _require(c, PROVIDERS, site.provider)
    _add(c, SITES, site_row(site))


def add_building(c: Connection, building: Building) -> None:
    """Record a building; raises ``Conflict`` when its id is taken, ``NotFound`` for an unknown site."""
    _require(c, SITES, building.site)
    _add(c, BUILDINGS, building_row(building))


def add_room(c: Connection, room: Room) -> None:
    """Record a room; raises ``Conflict`` when its id is taken, ``NotFound`` for an unknown building."""
    _require(c, BUILDINGS, room.building)
    _add(c, ROOMS, room_row(room))


def add_agent(c: Connection, agent: Agent) -> None:
    """Record an agent; raises ``Conflict`` when its id is taken."""
    _add(c, AGENTS, {"id": agent.id})


def install(c: Connection, installation: Installation) -> None:
    """Record that an agent stands in a room; an open installation of that agent ends where this one begins.

    Raises ``NotFound`` for an unknown agent or room, and ``Conflict`` when it contradicts what is recorded:
    it overlaps an installation that has an end or begins later, or begins when another one does.
    """
    _require(c, AGENTS, installation.agent)
    _require(c, ROOMS, installation.room)
    since = milliseconds(installation.since)
    until = None if installation.until is None else milliseconds(installation.until)
    if until is not None and until <= since:
        raise Conflict(f"The installation of {installation.agent} ends before it begins.")
    mine = INSTALLATIONS.c.agent == installation.agent
    for other in c.execute(select(INSTALLATIONS).where(mine)):
        open_before = other.until_ms is None and other.since_ms < since
        apart = (other.until_ms is not None and other.until_ms <= since) or (
            until is not None and until <= other.since_ms
        )
        if not (open_before or apart):
            raise Conflict(
                f"{installation.agent} stands in {other.room} since {moment(other.since_ms):%Y-%m-%d %H:%M}: "
                "that would overlap, so correct one of the two dates."
            )
    c.execute(
        update(INSTALLATIONS)
        .where(mine, INSTALLATIONS.c.until_ms.is_(None), INSTALLATIONS.c.since_ms < since)
        .values(until_ms=since)
    )
    c.execute(
        insert(INSTALLATIONS).values(
            agent=installation.agent,
            room=installation.room,
            role=installation.role,
            since_ms=since,
            until_ms=until,
        )
    )
    changed(c)


def changed(c: Connection) -> None:
    """Let everybody who keeps the register in memory know that it has changed."""
    counters.add(c, _VERSION, 1)


def provider_row(provider: Provider) -> dict[str, object]:
    """Give a provider as a row of its table."""
    return {"id": provider.id, "name": provider.name}


def site_row(site: Site) -> dict[str, object]:
    """Give a site as a row of its table."""
    return {
        "id": site.id,
        "provider": site.provider,
        "host": site.host,
        "name": site.name,
        "category": site.category,
        "safeguarding": site.safeguarding,
        "withheld": site.withheld,
        "trial": site.trial,
    }


def building_row(building: Building) -> dict[str, object]:
    """Give a building as a row of its table."""
    return {
        "id": building.id,
        "site": building.site,
        "name": building.name,
        "line_download_mbps": building.line.download_mbps,
        "line_upload_mbps": building.line.upload_mbps,
        "line_metered": building.line.metered,
    }


def room_row(room: Room) -> dict[str, object]:
    """Give a room as a row of its table."""
    return {
        "id": room.id,
        "building": room.building,
        "label": room.label,
        "floor": room.floor,
        "homes": room.homes,
    }


def _add(c: Connection, table: Table, values: Mapping[str, object]) -> None:
    for column, value in values.items():
        if isinstance(value, str) and not _storable(value):
            raise Refused(f"The {column} of {values['id']!r} holds a character that no database keeps.")
    if _known(c, table, values["id"]):
        raise Conflict(f"{values['id']} is already recorded.")
    c.execute(insert(table).values(values))
    changed(c)


def _require(c: Connection, table: Table, id_: str) -> None:
    if not _known(c, table, id_):
        raise NotFound(f"{id_} is not recorded.")


def _storable(text: str) -> bool:
    # Half a surrogate pair is no character, and PostgreSQL ends a text at NUL.
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _known(c: Connection, table: Table, id_: object) -> bool:
    return c.execute(select(table.c.id).where(table.c.id == id_)).first() is not None


def _site(row: Row[Any]) -> Site:
    return Site(
        id=SiteId(row.id),
        provider=ProviderId(row.provider),
        host=row.host,
        name=row.name,
        category=Category(row.category),
        safeguarding=None if row.safeguarding is None else Safeguarding(row.safeguarding),
        withheld=row.withheld,
        trial=row.trial,
    )


def _building(row: Row[Any]) -> Building:
    return Building(
        id=BuildingId(row.id),
        site=SiteId(row.site),
        name=row.name,
        line=Line(
            download_mbps=row.line_download_mbps,
            upload_mbps=row.line_upload_mbps,
            metered=row.line_metered,
        ),
    )


def _installation(row: Row[Any]) -> Installation:
    return Installation(
        agent=AgentId(row.agent),
        room=RoomId(row.room),
        role=Role(row.role),
        since=moment(row.since_ms),
        until=None if row.until_ms is None else moment(row.until_ms),
    )
