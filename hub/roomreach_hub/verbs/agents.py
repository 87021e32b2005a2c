"""``roomreach agents``: which agent stands where and is heard, and a new one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from roomreach.errors import Conflict, Misconfigured, NotFound
from roomreach.headline import age
from roomreach.identifiers import AgentId, BuildingId, RoomId, SiteId, identifier
from roomreach.places import Agent, Building, Installation, Register, Role, Room, Site
from roomreach_hub import speaking
from roomreach_hub.agent_settings import settings
from roomreach_hub.folder import DEFAULT_BROKER_PORT, Folder
from roomreach_hub.heard import Said, last_words
from roomreach_hub.minting import new
from roomreach_hub.operating import operations
from roomreach_hub.verbs.options import DEFAULT_FOLDER, AsJson, In
from roomreach_hub.verbs.sites import MAIN_BUILDING
from roomreach_store.operating import Move
from roomreach_store.records import places

app = typer.Typer(no_args_is_help=True, help="The boxes that measure.")


@app.command("list")
def list_(*, folder: In = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """List the agents on record: where each stands, when it was last heard, and what it said.

    Example: roomreach agents list --in /srv/roomreach
    """
    with Folder(folder).records() as records, records.reading() as c:
        register, words = places.register(c), last_words(c)
    now = datetime.now(UTC)
    if as_json:
        speaking.document({"agents": [_facts(register, id_, words.get(id_), now) for id_ in register.agents]})
    elif register.agents:
        speaking.table(
            ("agent", "room", "role", "since", "last heard", "online"),
            [_row(register, id_, words.get(id_), now) for id_ in register.agents],
        )
    else:
        speaking.tell("No agent is on record yet. The first: roomreach agents add --help")


@app.command()
def add(
    *,
    site: Annotated[str, typer.Option(help="The site's code.", metavar="s-…")],
    room: Annotated[str, typer.Option(help="The room's label, or its code. A new label makes a new room.")],
    role: Annotated[
        Role, typer.Option(help="room: on the Wi-Fi. reference: wired to the router.")
    ] = Role.ROOM,
    since: Annotated[
        str | None,
        typer.Option(help="Since when it stands there, with its time zone. Default: now.", metavar="ISO"),
    ] = None,
    agent: Annotated[
        str | None,
        typer.Option(help="An agent that has a code already: it moves to this room.", metavar="a-…"),
    ] = None,
    write: Annotated[
        Path | None, typer.Option(help="Write the agent's settings to this file.", metavar="FILE")
    ] = None,
    folder: In = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Put an agent on record in a room of a site, and print the settings it needs.

    Example: roomreach agents add --site s-bcdfghjkmn --room 12 --write agent.toml
    """
    place = Folder(folder)
    began = _moment(since) if since else datetime.now(UTC)
    known = AgentId(identifier(agent, "a")) if agent else None
    if write is not None and write.exists():
        raise Conflict(f"{write} exists already: name another file, or remove that one.")
    with place.records() as records, records.transaction() as c:
        made = install(c, SiteId(site), room, role=role, since=began, agent=known)
        written = settings(made.agent, broker_port=place.broker_port or DEFAULT_BROKER_PORT)
        if write is not None:
            _write(write, written)
    if as_json:
        speaking.document({"agent": made.agent, "room": made.room, "site": site, "settings": written})
        return
    if write is None:
        speaking.fact(written.rstrip())
        speaking.tell(
            "Keep this as agent.toml on the box, then there: roomreach-agent check --settings agent.toml"
        )
        return
    speaking.fact(made.agent)
    speaking.tell(f"Its settings are in {write}. On the box: roomreach-agent check --settings {write.name}")


@app.command()
def move(
    *,
    agent: Annotated[str, typer.Argument(help="The agent's code.", metavar="a-…")],
    room: Annotated[str, typer.Option(help="The room's code, or its label on the site.")],
    since: Annotated[
        str,
        typer.Option(help="Since when it stands there, with its time zone. May be long ago.", metavar="ISO"),
    ],
    until: Annotated[
        str | None,
        typer.Option(help="Until when it stood there. Default: until it is moved again.", metavar="ISO"),
    ] = None,
    site: Annotated[
        str | None, typer.Option(help="Of which site the label is. Default: its site now.", metavar="s-…")
    ] = None,
    role: Annotated[Role | None, typer.Option(help="How it is joined there. Default: as now.")] = None,
    folder: In = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Record where an agent stands, or stood, whatever was recorded for that time.

    What it measured then is put in that room: by the running hub at once, else at its next start.

    Example: roomreach agents move a-bcdfghjkmn --room 14 --since 2026-11-20T09:00+00:00
    """
    asked = Move(
        agent=AgentId(identifier(agent, "a")),
        room=room,
        site=SiteId(identifier(site, "s")) if site else None,
        role=role,
        since=_moment(since),
        until=_moment(until) if until else None,
    )
    with operations(Folder(folder)) as operator:
        moved = operator.move(asked)
    if as_json:
        speaking.document(moved)
        return
    speaking.fact(moved["room"])
    speaking.tell(f"What {moved['agent']} measured then is put there by job {moved['job']}.")


def install(
    c: Connection, site: SiteId, room: str, *, role: Role, since: datetime, agent: AgentId | None = None
) -> Installation:
    """Record that an agent, by default a new one, stands in a room of a site; a new label makes the room.

    Raises ``NotFound`` for a site or a room's code that is not on record.
    """
    register = places.register(c)
    if site not in register.sites:
        raise NotFound(f"The site {site} is not on record. Those that are: roomreach sites list")
    where = _room(register, site, room) or _new_room(c, register, site, room)
    if agent is None:
        agent = AgentId(new("a"))
    if agent not in register.agents:
        places.add_agent(c, Agent(id=agent))
    installation = Installation(agent=agent, room=where, role=role, since=since)
    places.install(c, installation)
    return installation


def _room(register: Register, site: SiteId, text: str) -> RoomId | None:
    rooms = [room for room in register.rooms.values() if register.site_of(room.id).id == site]
    found = next((room.id for room in rooms if text in {room.id, room.label}), None)
    if found is None and text.startswith("r-"):
        raise NotFound(f"The room {text} is not on record at {site}.")
    return found


def _new_room(c: Connection, register: Register, site: SiteId, label: str) -> RoomId:
    building = next((one.id for one in register.buildings.values() if one.site == site), None)
    if building is None:
        building = BuildingId(new("b"))
        places.add_building(c, Building(id=building, site=site, name=MAIN_BUILDING))
    room = Room(id=RoomId(new("r")), building=building, label=label)
    places.add_room(c, room)
    return room.id


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as exc:
        raise Misconfigured(f"{text!r} is no moment such as 2026-11-22T14:30+00:00.") from exc
    if at.tzinfo is None:
        raise Misconfigured(
            f"{text!r} has no time zone: write {text}Z for UTC, or {text}+01:00 for summer time."
        )
    return at


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as exc:
        raise Misconfigured(f"The settings cannot be written to {path}: {exc.strerror}.") from exc


def _facts(register: Register, agent: AgentId, said: Said | None, now: datetime) -> dict[str, object]:
    installed = _installation(register, agent)
    site = register.site_of(installed.room) if installed else None
    return {
        "agent": agent,
        "site": site.id if site else None,
        "room": installed.room if installed else None,
        "label": _label(register, installed.room, site) if installed and site else None,
        "role": installed.role if installed else None,
        "since": installed.since.isoformat() if installed else None,
        "taken_at": said.taken_at.isoformat() if said else None,
        "heard": said.recent(now) if said else False,
        "online": said.judgement.online if said else None,
        "why": said.judgement.reason if said else None,
    }


def _row(register: Register, agent: AgentId, said: Said | None, now: datetime) -> list[str]:
    installed = _installation(register, agent)
    return [
        agent,
        _called(register, installed.room) if installed else "none",
        installed.role if installed else "",
        f"{installed.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if installed else "",
        f"{age(now - said.taken_at)} ago" if said else "never",
        _online(said, now),
    ]


def _online(said: Said | None, now: datetime) -> str:
    if said is None or not said.recent(now):
        return "not known"
    return f"{said.judgement.online}: {said.judgement.reason}"


def _installation(register: Register, agent: AgentId) -> Installation | None:
    last = register.installations.get(agent, [])[-1:]
    return last[0] if last and last[0].until is None else None


def _called(register: Register, room: RoomId) -> str:
    site = register.site_of(room)
    return f"{site.shown_as}, {_label(register, room, site) or room}"


def _label(register: Register, room: RoomId, site: Site) -> str | None:
    return None if site.confidential else register.rooms[room].label
