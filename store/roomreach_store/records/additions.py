"""Many places at once: written in a few statements, however many they are."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from roomreach.places import Building, Provider, Room, Site
from roomreach_store.records import places
from roomreach_store.records.schema import BUILDINGS, PROVIDERS, ROOMS, SITES


def add(
    c: Connection,
    *,
    providers: Sequence[Provider] = (),
    sites: Sequence[Site] = (),
    buildings: Sequence[Building] = (),
    rooms: Sequence[Room] = (),
) -> None:
    """Record places; raises ``Conflict`` when an id is taken or names nothing, and then records none."""
    for table, rows in (
        (PROVIDERS, [places.provider_row(one) for one in providers]),
        (SITES, [places.site_row(one) for one in sites]),
        (BUILDINGS, [places.building_row(one) for one in buildings]),
        (ROOMS, [places.room_row(one) for one in rooms]),
    ):
        if rows:
            c.execute(insert(table), rows)
            places.changed(c)
