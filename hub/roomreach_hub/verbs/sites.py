"""``roomreach sites``: which places are on record, and a new one."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from roomreach.errors import Conflict, Misconfigured
from roomreach.places import Category, Safeguarding
from roomreach_hub import speaking
from roomreach_hub.folder import Folder
from roomreach_hub.operating import Facts, operations
from roomreach_hub.verbs.options import DEFAULT_FOLDER, AsJson, In
from roomreach_store.importing import MOST_BYTES
from roomreach_store.operating import NewSite

app = typer.Typer(no_args_is_help=True, help="The places that are measured.")


@app.command("list")
def list_(*, folder: In = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """List the sites on record. A confidential one is shown by its code alone.

    Example: roomreach sites list --in /srv/roomreach
    """
    with operations(Folder(folder)) as operator:
        found = [_facts(site) for site in operator.sites()["sites"]]
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
    asked = NewSite(
        name=name,
        provider=provider,
        authority=authority,
        category=category,
        safeguarding=safeguarding,
        rooms=room or (),
    )
    with operations(Folder(folder)) as operator:
        made = operator.add_site(asked)
    site = made["id"]
    if as_json:
        rooms = [{"room": one["id"], "label": one["label"]} for one in made["rooms"]]
        speaking.document({"site": site, "confidential": made["confidential"], "rooms": rooms})
        return
    speaking.fact(site)
    if safeguarding is None:
        speaking.tell(
            "No safeguarding class was given, so the site counts as confidential: "
            f"it is shown as {site} only."
        )
    speaking.tell(f"Next, an agent in a room: roomreach agents add --site {site} --room LABEL")


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


def _facts(site: Facts) -> dict[str, object]:
    """Say of a site what a list may: of a confidential one its code and how much stands there."""
    return {
        "site": site["id"],
        "called": None if site["confidential"] else site["name"],
        "provider": site["provider"] and site["provider"]["name"],
        "authority": site["authority"] and site["authority"]["name"],
        **{name: site[name] for name in ("category", "confidential", "trial", "rooms", "agents")},
    }


def _cell(value: object) -> str:
    return "confidential" if value is None else str(value)
