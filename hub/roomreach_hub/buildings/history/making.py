"""Whose past is made by one process, and in which order?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise, starmap
from pathlib import Path

from roomreach.errors import Misconfigured
from roomreach.identifiers import AgentId, SiteId
from roomreach.moments import milliseconds
from roomreach.slots import METERED_BYTES, SITE_BYTES, Stay
from roomreach_hub.buildings.equipment import chance_of, equip, settings
from roomreach_hub.buildings.history.agent import PastAgent
from roomreach_hub.buildings.history.calendar import CADENCE_S
from roomreach_hub.buildings.history.planned import Planned
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.buildings.spans import Span
from roomreach_hub.buildings.standing import lodgings, wired

DAY_S = 86_400
_STRETCHES = 4
"""Of a day, made one after the other, so that what is stored together lies together in time."""


def days(orders: Orders) -> Iterator[Sequence[Span]]:
    """Give the days of the history, which are whole, newest first, each in stretches in the order of time."""
    history = _history(orders)
    number = round(history.lasts_s / DAY_S)
    edges = [history.begin_s + stretch * DAY_S / _STRETCHES for stretch in range(number * _STRETCHES + 1)]
    stretches = list(starmap(Span, pairwise(edges)))
    for day in reversed(range(number)):
        yield stretches[day * _STRETCHES : (day + 1) * _STRETCHES]


def oldest(orders: Orders) -> Span:
    """Give the stretch with which the history begins."""
    *_, day = days(orders)
    return day[0]


def past_agents(orders: Orders, machines: Path, part: int, of: int) -> list[PastAgent]:
    """Give the agents of one part of the sites; those of one site share what its residents do.

    ``machines`` is a folder for the files of their machines.
    """
    everywhere = list(zip(orders.agents, orders.sites, lodgings(orders), strict=True))
    with_reference = wired(lodging for _, _, lodging in everywhere)
    ours = shared_out(Counter(site for _, site, _ in everywhere), of)[part]
    planned = {site: _planned(orders, site, everywhere) for site in ours}
    made = []
    for number, (agent, site, lodging) in enumerate(everywhere):
        if site in ours:
            root = machines / str(number)
            chance = chance_of(orders, number)
            equip(root, lodging, chance)
            here = (lodging.site, lodging.building) in with_reference
            given = settings(orders, agent, lodging, root / "outbox.db", wired=here)
            made.append(
                PastAgent(
                    key=f"{orders.script.seed} {number}",
                    settings=replace(given, interval_s=CADENCE_S),
                    lodging=lodging,
                    history=_history(orders),
                    planned=planned[site],
                    root=root,
                    chance=chance,
                )
            )
    return made


def _planned(orders: Orders, site: SiteId, everywhere: Iterable[tuple[AgentId, SiteId, Lodging]]) -> Planned:
    """Plan for those on a site as the collector does, which goes by the records: the rest of today is its."""
    here = [(agent, lodging) for agent, its, lodging in everywhere if its == site]
    since_ms = milliseconds(datetime.fromtimestamp(_history(orders).begin_s, UTC))
    metered = any(lodging.sold.metered for _, lodging in here)
    return Planned(
        site,
        [Stay(agent, lodging.role, since_ms) for agent, lodging in here],
        METERED_BYTES if metered else SITE_BYTES,
    )


def shared_out(agents: Mapping[SiteId, int], of: int) -> list[set[SiteId]]:
    """Share sites with so many agents each out into parts of nearly the same size."""
    parts = [set[SiteId]() for _ in range(of)]
    load = [0] * of
    for site, number in sorted(agents.items(), key=lambda item: -item[1]):
        least = load.index(min(load))
        parts[least].add(site)
        load[least] += number
    return parts


def _history(orders: Orders) -> Span:
    if orders.history is None:
        raise Misconfigured("These orders name no history to be made.")
    return orders.history
