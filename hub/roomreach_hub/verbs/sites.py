"""``roomreach sites``: which places are on record, and a new one."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from roomreach.authorities import LONDON
from roomreach.errors import Conflict, Misconfigured
from roomreach.identifiers import BuildingId, ProviderId, RoomId, SiteId
from roomreach.places import Building, Category, Provider, Register, Room, Safeguarding, Site
from roomreach_hub import speaking
from roomreach_hub.folder import Folder
from roomreach_hub.minting import new
from roomreach_hub.operating import operations
from roomreach_hub.verbs.options import DEFAULT_FOLDER, AsJson, In
from roomreach_store.importing import MOST_BYTES
from roomreach_store.records import places

app = typer.Typer(no_args_is_help=True, help="The places that are measured.")

MAIN_BUILDING = "Main building"
"""What the building is called that every new site has."""


@app.command("list")
def list_(*, folder: In = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """List the sites on record. A confidential one is shown by its code alone.

    Example: roomreach sites list --in /srv/roomreach
    """
    with Folder(folder).records() as records, records.reading() as c:
        register = places.register(c)
    found = facts(register)
    if as_json:
        speaking.document({"sites": found})
    elif found:
        names = ("site", "called", "provider", "authority", "category", "rooms", "agents")
        speaking.table(names, [[_cell(site[name]) for name in names] for site in found])
    else:
        speaking.tell("No site is on record yet. The first: roomreach sites add --help")


@app.command()
def add(
    *,
    name: Annotated[str, typer.Option(help="What people call the site.")],
    provider: Annotated[str, typer.Option(help="Who runs it: a name, or the code of one on record.")],
    authority: Annotated[str, typer.Option(help="The London authority it stands in: E09000012, or Hackney.")],
    category: Annotated[Category, typer.Option(help="The type of accommodation.")],
    safeguarding: Annotated[
        Safeguarding | None,
        typer.Option(help="Its safeguarding class. Not given, the site counts as confidential."),
    ] = None,
    room: Annotated[
        list[str] | None, typer.Option(help="A room's label; give it again for each room.")
    ] = None,
    folder: In = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Put a site on record, with its main building and any rooms, and print its code.

    Example: roomreach sites add --name "Northgate House" --provider "Northgate Homes" --authority Hackney
    --category hostel --safeguarding none --room 12 --room 14
    """
    gss = authority_code(authority)
    with Folder(folder).records() as records, records.transaction() as c:
        site = Site(
            id=SiteId(new("s")),
            provider=_provider(c, provider),
            host=gss,
            name=name,
            category=category,
            safeguarding=safeguarding,
        )
        rooms = record(c, site, room or [])
    if as_json:
        speaking.document(
            {
                "site": site.id,
                "confidential": site.confidential,
                "rooms": [{"room": made.id, "label": made.label} for made in rooms],
            }
        )
        return
    speaking.fact(site.id)
    if site.safeguarding is None:
        speaking.tell(
            "No safeguarding class was given, so the site counts as confidential: "
            f"it is shown as {site.id} only."
        )
    speaking.tell(f"Next, an agent in a room: roomreach agents add --site {site.id} --room LABEL")


@app.command("import")
def import_(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file; - reads standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of it.")] = False,
    folder: In = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Put the sites, buildings and rooms of a file on record; every row that is refused is listed with why.

    Example: roomreach sites import sites.csv --dry-run
    """
    with operations(Folder(folder)) as operator:
        found = operator.import_sites(_content(file), dry_run=dry_run)
    if as_json:
        speaking.document(found)
    elif found["faults"]:
        names = ("row", "column", "reason")
        speaking.table(names, [[str(fault[name]) for name in names] for fault in found["faults"]])
    places_ = ", ".join(f"{found[name]} {name}" for name in ("providers", "sites", "buildings", "rooms"))
    speaking.tell(
        f"{found['rows']} rows: {found['added']} add {places_}; {found['known']} say what is on record; "
        f"{found['refused']} are refused."
    )
    if dry_run:
        speaking.tell("This was a dry run: nothing was written.")
    raise typer.Exit(speaking.PROBLEM if found["refused"] else speaking.OK)


@app.command()
def export(
    *,
    write: Annotated[
        Path | None, typer.Option(help="Write it to this file. Default: standard output.", metavar="FILE")
    ] = None,
    folder: In = DEFAULT_FOLDER,
) -> None:
    """Write the sites on record as a file that an import reads. Confidential ones are left out.

    Example: roomreach sites export --write sites.csv
    """
    with operations(Folder(folder)) as operator:
        content = operator.export_sites()
    if write is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    if write.exists():
        raise Conflict(f"{write} exists already: name another file, or remove that one.")
    write.write_bytes(content)
    speaking.tell(
        f"The sites are in {write}, without confidential ones: their names leave the hub in no file."
    )


def _content(file: Path) -> bytes:
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as exc:
        raise Misconfigured(f"{file} cannot be read: {exc.strerror}.") from exc


def record(c: Connection, site: Site, labels: list[str]) -> list[Room]:
    """Put a site on record with one building and a room for each label."""
    building = Building(id=BuildingId(new("b")), site=site.id, name=MAIN_BUILDING)
    rooms = [Room(id=RoomId(new("r")), building=building.id, label=label) for label in dict.fromkeys(labels)]
    places.add_site(c, site)
    places.add_building(c, building)
    for room in rooms:
        places.add_room(c, room)
    return rooms


def facts(register: Register) -> list[dict[str, object]]:
    """Say of each site what a list may: of a confidential one its code and how much stands there."""
    rooms = Counter(register.site_of(room).id for room in register.rooms)
    agents = Counter(
        register.site_of(installations[-1].room).id
        for installations in register.installations.values()
        if installations[-1].until is None
    )
    return [
        {
            "site": site.id,
            "called": None if site.confidential else site.shown_as,
            "provider": None if site.confidential else register.providers[site.provider].name,
            "authority": None if site.confidential else LONDON.get(site.host, site.host),
            "category": None if site.confidential else site.category,
            "confidential": site.confidential,
            "trial": site.trial,
            "rooms": rooms[site.id],
            "agents": agents[site.id],
        }
        for site in register.sites.values()
    ]


def authority_code(text: str) -> str:
    """Find a London authority by its code or its name; raise ``Misconfigured`` for what is none."""
    for gss, name in LONDON.items():
        if text.strip().casefold() in {gss.casefold(), name.casefold()}:
            return gss
    raise Misconfigured(
        f"{text!r} is no London authority: give its code, E09000001 to E09000033, or its name, as in Hackney."
    )


def _provider(c: Connection, text: str) -> ProviderId:
    for known in places.register(c).providers.values():
        if text.strip().casefold() in {known.id, known.name.casefold()}:
            return known.id
    provider = Provider(id=ProviderId(new("p")), name=text.strip())
    places.add_provider(c, provider)
    return provider.id


def _cell(value: object) -> str:
    return "confidential" if value is None else str(value)
