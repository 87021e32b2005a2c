"""Which places with an agent are meant by some orders: the hostel alone, or the whole borough?"""

import time
from collections.abc import Iterable, Sequence

from roomreach.places import Role
from roomreach_hub.buildings import hostel
from roomreach_hub.buildings.borough.town import borough
from roomreach_hub.buildings.hostel import Script
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.buildings.spans import Span


def lodgings(orders: Orders) -> Sequence[Lodging]:
    """Give the places, in the order of the agents."""
    return made_up(orders.script, time.time() - time.monotonic() + orders.began_s, orders.history)


def made_up(script: Script, began_s: float, history: Span | None) -> Sequence[Lodging]:
    """Give the places whose script began at a moment, in seconds since 1970."""
    if history is None:
        return hostel.lodgings(script, began_s)
    return borough(script, began_s, history)


def wired(places: Iterable[Lodging]) -> set[tuple[str, str]]:
    """Give the buildings that have a reference agent: their site's name, and theirs."""
    return {(one.site, one.building) for one in places if one.role is Role.REFERENCE}
