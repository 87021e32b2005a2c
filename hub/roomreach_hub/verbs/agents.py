"""``roomreach agents``: which agent stands where and is heard, and a new one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from roomreach.errors import Conflict, Misconfigured
from roomreach.headline import age
from roomreach.identifiers import AgentId, SiteId, identifier
from roomreach.moments import moment
from roomreach.places import Role
from roomreach.report import EARLIEST_MS, LATEST_MS
from roomreach_hub import speaking, speed_tokens
from roomreach_hub.agent_settings import settings
from roomreach_hub.folder import DEFAULT_BROKER_PORT, Folder
from roomreach_hub.operating import Facts, operations
from roomreach_hub.verbs.options import DEFAULT_FOLDER, AsJson, In
from roomreach_store.operating import Install, Move

app = typer.Typer(no_args_is_help=True, help="The boxes that measure.")


@app.command("list")
def list_(*, folder: In = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """List the agents: where each stands, when it was last heard, and what it said.

    One that was heard although nobody has put it on record is listed too, and stands in no room.

    Example: roomreach agents list --in /srv/roomreach
    """
    with operations(Folder(folder)) as operator:
        found = operator.agents()
    now = datetime.fromisoformat(found["as_of"])
    if as_json:
        speaking.document({"agents": [_facts(agent) for agent in found["agents"]]})
    elif found["agents"]:
        speaking.table(
            ("agent", "room", "role", "since", "last heard", "online"),
            [_row(agent, now) for agent in found["agents"]],
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
    asked = Install(
        since=_moment(since) if since else datetime.now(UTC),
        agent=AgentId(identifier(agent, "a")) if agent else None,
        site=SiteId(identifier(site, "s")),
        room=room,
        role=role,
    )
    with _new_file(write) as fill:
        with operations(place) as operator:
            made = operator.install(asked)
        speed_port = place.address().speed_port if place.running() else None
        if speed_port is not None:
            speed_tokens.mint(place, made["agent"])
        written = settings(
            made["agent"],
            broker_port=place.broker_port or DEFAULT_BROKER_PORT,
            speed_port=speed_port,
        )
        fill(written)
    if as_json:
        names = ("agent", "room", "site")
        speaking.document({**{name: made[name] for name in names}, "settings": written})
        return
    if write is None:
        speaking.fact(written.rstrip())
        speaking.tell(
            "Keep this as agent.toml on the box, then there: roomreach-agent check --settings agent.toml"
        )
        return
    speaking.fact(made["agent"])
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


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as exc:
        raise Misconfigured(f"{text!r} is no moment such as 2026-11-22T14:30+00:00.") from exc
    if at.tzinfo is None:
        raise Misconfigured(
            f"{text!r} has no time zone: write {text}Z for UTC, or {text}+01:00 for summer time."
        )
    if not moment(EARLIEST_MS) <= at < moment(LATEST_MS):
        raise Misconfigured(f"{text!r} is not from 2020 on and before 2100: which year is meant?")
    return at.astimezone(UTC)


@contextmanager
def _new_file(path: Path | None) -> Iterator[Callable[[str], object]]:
    """Make a file before anything is put on record, to be filled after; it goes when that fails."""
    if path is None:
        yield lambda _text: None
        return
    try:
        file = path.open("x")
    except FileExistsError as exc:
        raise Conflict(f"{path} exists already: name another file, or remove that one.") from exc
    except OSError as exc:
        raise Misconfigured(f"The settings cannot be written to {path}: {exc.strerror}.") from exc
    try:
        with file:
            yield file.write
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _facts(agent: Facts) -> dict[str, object]:
    return {
        "agent": agent["id"],
        "label": agent["room_label"],
        "taken_at": agent["last_taken"],
        **{name: agent[name] for name in ("site", "room", "role", "since", "heard", "online", "why")},
    }


def _row(agent: Facts, now: datetime) -> list[str]:
    since, taken = (agent[name] and datetime.fromisoformat(agent[name]) for name in ("since", "last_taken"))
    return [
        agent["id"],
        f"{agent['site_name']}, {agent['room_label']}" if agent["room"] else "none",
        agent["role"] or "",
        f"{since:%Y-%m-%d %H:%M} UTC" if since else "",
        f"{age(max(now - taken, timedelta()))} ago" if taken else "never",
        f"{agent['online']}: {agent['why']}" if agent["online"] else "not known",
    ]
