"""A site is put on record, or a file of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from roomreach.errors import NotFound, Refused
from roomreach.identifiers import BuildingId, ProviderId, RoomId, SiteId
from roomreach.places import Building, Category, Provider, Room, Safeguarding, Site
from roomreach_store import importing
from roomreach_store.importing import ImportReport
from roomreach_store.importing.columns import alike
from roomreach_store.importing.lines import MAIN_BUILDING
from roomreach_store.importing.planning import Mint
from roomreach_store.operating.cells import read
from roomreach_store.records import Records, additions, places

MOST_ROOMS = 1_000
"""How many rooms one request may put on record with their site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSite:
    """A site to be put on record with its main building, and a room for each label.

    The provider is a name, or the code of one on record; the authority a London one's name or GSS code.
    Without a safeguarding class the site counts as confidential.
    """

    name: str
    provider: str
    authority: str
    category: Category
    safeguarding: Safeguarding | None = None
    rooms: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedSite:
    """The site that was put on record, and its rooms in the order their labels were given."""

    site: Site
    rooms: Sequence[Room]


def add_site(c: Connection, asked: NewSite, mint: Mint) -> AddedSite:
    """Put a site on record, its provider too where that is new.

    Raises ``NotFound`` for a provider's code that is not on record, ``Refused`` for what no file to import
    may say either, and for more than ``MOST_ROOMS``.
    """
    if len(asked.rooms) > MOST_ROOMS:
        raise Refused(f"That would be {len(asked.rooms)} rooms, and at most {MOST_ROOMS} go at once: import.")
    labels = [read("room", label) for label in asked.rooms]
    site = Site(
        id=SiteId(mint("s")),
        provider=_provider(c, read("provider", asked.provider), mint),
        host=read("authority", asked.authority),
        name=read("site", asked.name),
        category=asked.category,
        safeguarding=asked.safeguarding,
    )
    return AddedSite(site=site, rooms=record(c, site, labels, mint))


def record(c: Connection, site: Site, labels: Sequence[str], mint: Mint) -> list[Room]:
    """Put a site on record with one building and a room for each label."""
    building = Building(id=BuildingId(mint("b")), site=site.id, name=MAIN_BUILDING)
    rooms = [Room(id=RoomId(mint("r")), building=building.id, label=one) for one in dict.fromkeys(labels)]
    places.add_site(c, site)
    places.add_building(c, building)
    for room in rooms:
        places.add_room(c, room)
    return rooms


def import_sites(records: Records, content: bytes, mint: Mint, *, dry_run: bool) -> ImportReport:
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


def _provider(c: Connection, text: str, mint: Mint) -> ProviderId:
    for known in places.register(c).providers.values():
        if text == known.id or alike(text) == alike(known.name):
            return known.id
    if text.startswith("p-"):
        raise NotFound(f"The provider {text} is not on record: give its name, and it will be.")
    provider = Provider(id=ProviderId(mint("p")), name=text)
    places.add_provider(c, provider)
    return provider.id
