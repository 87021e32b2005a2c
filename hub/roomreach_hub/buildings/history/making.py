"""Whose past is made by one process, and in which order?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from roomreach.errors import Misconfigured
from roomreach.measurement.throughput import End
from roomreach.places import Role
from roomreach_hub.buildings.equipment import chance_of, equip, settings
from roomreach_hub.buildings.history.agent import PastAgent
from roomreach_hub.buildings.history.calendar import CADENCE_S
from roomreach_hub.buildings.history.trials import Trials, Turns
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.buildings.spans import Span
from roomreach_hub.buildings.standing import lodgings

DAY_S = 86_400
_AT_ONCE_S = 6 * 3600
"""A day is made in four stretches, so that what is stored together lies together in time."""


def days(orders: Orders) -> Iterator[Sequence[Span]]:
    """Give the days of the history, newest first, each in stretches in the order of time."""
    history = _history(orders)
    end_s = history.end_s
    while end_s > history.begin_s:
        begin_s = max(history.begin_s, end_s - DAY_S)
        starts = range(int((end_s - begin_s) // _AT_ONCE_S) or 1)
        yield [
            Span(begin_s + number * _AT_ONCE_S, min(end_s, begin_s + (number + 1) * _AT_ONCE_S))
            for number in starts
        ]
        end_s = begin_s


def oldest(orders: Orders) -> Span:
    """Give the stretch with which the history begins."""
    *_, day = days(orders)
    return day[0]


def past_agents(orders: Orders, machines: Path, part: int, of: int) -> list[PastAgent]:
    """Give the agents of one part of the sites; those of one site share what its residents do.

    ``machines`` is a folder for the files of their machines.
    """
    everywhere = list(zip(orders.agents, lodgings(orders), strict=True))
    wired = {(one.site, one.building) for _, one in everywhere if one.role is Role.REFERENCE}
    standing = Counter(lodging.site for _, lodging in everywhere)
    ours = shared_out(standing, of)[part]
    before = Counter[str]()
    made = []
    for number, (agent, lodging) in enumerate(everywhere):
        place = before[lodging.site]
        before[lodging.site] += 1
        if lodging.site in ours:
            key = f"{orders.script.seed} {number}"
            turns = Turns(
                key=key,
                site=lodging.site,
                place=place,
                agents=standing[lodging.site],
                metered=lodging.sold.metered,
            )
            ends: tuple[End, ...] = ("server",)
            if lodging.role is Role.ROOM and (lodging.site, lodging.building) in wired:
                ends = ("server", "reference")
            root = machines / str(number)
            chance = chance_of(orders, number)
            equip(root, lodging, chance)
            made.append(
                PastAgent(
                    key=key,
                    settings=replace(
                        settings(orders, agent, lodging, root / "outbox.db"), interval_s=CADENCE_S
                    ),
                    lodging=lodging,
                    history=_history(orders),
                    turns=turns,
                    trials=Trials(
                        spot=lodging.spot, ends=ends, metered=lodging.sold.metered, root=root, chance=chance
                    ),
                )
            )
    return made


def shared_out(agents: Mapping[str, int], of: int) -> list[set[str]]:
    """Share sites with so many agents each out into parts of nearly the same size."""
    parts = [set[str]() for _ in range(of)]
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
