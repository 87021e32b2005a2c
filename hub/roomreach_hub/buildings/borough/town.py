"""The whole borough: every place with an agent, what its building's residents do, and what happens there."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from roomreach import places
from roomreach.places import Category, Role
from roomreach_hub.buildings import hostel
from roomreach_hub.buildings.borough.annexes import ANNEXES
from roomreach_hub.buildings.borough.course import NEW_ACCESS_POINT, NEW_CHANNEL, OUTAGES, SILENT, Cause
from roomreach_hub.buildings.borough.hostels import HOSTELS
from roomreach_hub.buildings.borough.plan import Block, Plan, Room, Sold
from roomreach_hub.buildings.cell import Cell
from roomreach_hub.buildings.habits import Demand, Household, household
from roomreach_hub.buildings.hostel import Living, Script
from roomreach_hub.buildings.line import Line, Portal
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.radio import Radio
from roomreach_hub.buildings.spans import Span
from roomreach_hub.buildings.spot import Spot

PLANS = (*HOSTELS, *ANNEXES)
_MOVED = {(NEW_ACCESS_POINT.site, room) for room in NEW_ACCESS_POINT.rooms}

INTERVAL_S = 30
"""How often the live agents of the borough report, but for those of the hostel, whose script is faster."""

_MOBILE_WAVERS = 0.6
_MORE_IN_THE_ANNEXE = (("Quillmere 2", 0, 7.0, 1), ("Quillmere 3", 1, 6.0, 2))


def borough(script: Script, began_s: float, history: Span) -> tuple[Lodging, ...]:
    """Give every place with an agent, always in the same order, the hostel's first."""
    return (
        *_example(script, began_s, history),
        *(
            one
            for plan in PLANS
            for block in plan.blocks
            for one in _block(plan, block, script.seed, history)
        ),
    )


def _example(script: Script, began_s: float, history: Span) -> Iterator[Lodging]:
    """Give the hostel whose script is live, with what its residents use, and the rest of the annexe."""
    homes: dict[str, list[tuple[str, int]]] = {}
    for one in hostel.lodgings(script):
        homes.setdefault(one.building, []).append((one.label, one.homes))
    living = Living(
        {building: _demand(script.seed, building, there, history) for building, there in homes.items()}
    )
    six = hostel.lodgings(script, began_s, living)
    yield from six
    first, annexe = six[0], six[-1]
    yield replace(
        first,
        category=Category.HOSTEL,
        label="Office",
        homes=0,
        role=Role.REFERENCE,
        spot=Spot(line=first.spot.line),
        interval_s=INTERVAL_S,
    )
    for label, floor, distance_m, walls in _MORE_IN_THE_ANNEXE:
        spot = replace(annexe.spot, radio=Radio(distance_m=distance_m, walls=walls))
        yield replace(annexe, label=label, floor=floor, spot=spot, interval_s=INTERVAL_S)


def _block(plan: Plan, block: Block, seed: int, history: Span) -> Iterator[Lodging]:
    line = _line(plan, block, seed, history)
    dark = _spans(plan, block, Cause.POWER, history)
    cells = _cells(plan, block, seed, history)
    sold = places.Line(
        download_mbps=block.sold.download_mbps,
        upload_mbps=block.sold.upload_mbps,
        metered=block.sold.metered,
    )
    any_room = Lodging(
        provider=plan.provider,
        site=plan.name,
        category=plan.category,
        building=block.name,
        sold=sold,
        label=block.router or "",
        homes=0,
        role=Role.REFERENCE,
        spot=Spot(line=line, dark=dark),
        interval_s=INTERVAL_S,
    )
    for room in block.rooms:
        spot = Spot(
            line=line,
            dark=dark,
            cell=cells[room.ap],
            radio=room.radio,
            heard_anew=_heard_anew(plan, room, seed, history),
        )
        site, label, share = SILENT
        silent_at_s = history.share(share) if (site, label) == (plan.name, room.label) else None
        yield replace(
            any_room,
            label=room.label,
            floor=room.floor,
            homes=room.homes,
            role=Role.ROOM,
            spot=spot,
            silent_at_s=silent_at_s,
        )
    if block.router is not None:
        yield any_room


def _line(plan: Plan, block: Block, seed: int, history: Span) -> Line:
    sold: Sold = block.sold
    return Line(
        round_trip_ms=sold.round_trip_ms,
        jitter_ms=9.0 if sold.metered else 2.0,
        lost=0.006 if sold.metered else 0.001,
        download_mbps=sold.download_mbps,
        upload_mbps=sold.upload_mbps,
        wavers=_MOBILE_WAVERS if sold.metered else 0.0,
        mast=f"{seed} mast",
        demand=_demand(seed, block.name, _homes(block.rooms), history),
        down=_spans(plan, block, Cause.LINE, history),
        portal=Portal(f"{seed} {plan.name}") if sold.portal else None,
    )


def _cells(plan: Plan, block: Block, seed: int, history: Span) -> Mapping[str, Cell]:
    cells = {}
    for ap, channel in block.channels.items():
        there = [room for room in block.rooms if room.ap == ap]
        moved = [room for room in there if (plan.name, room.label) in _MOVED]
        stayed = _demand(seed, block.name, _homes(room for room in there if room not in moved), history)
        left = _demand(seed, block.name, _homes(moved), history)
        retuned = None
        if (plan.name, ap) == (NEW_CHANNEL.site, NEW_CHANNEL.ap):
            retuned = (history.share(NEW_CHANNEL.share), NEW_CHANNEL.channel)
        cells[ap] = Cell(
            channel=channel,
            retuned=retuned,
            demand=Demand((*stayed.homes, *(_gone(home, history) for home in left.homes))),
            off=_spans(plan, block, Cause.ACCESS_POINT, history, ap),
        )
    return cells


def _heard_anew(plan: Plan, room: Room, seed: int, history: Span) -> tuple[float, Radio, Cell] | None:
    new = NEW_ACCESS_POINT
    if plan.name != new.site or room.label not in new.rooms:
        return None
    there = _homes(one for block in plan.blocks for one in block.rooms if one.label in new.rooms)
    cell = Cell(channel=new.channel, demand=_demand(seed, plan.name, there, history))
    return history.share(new.share), new.way, cell


def _spans(plan: Plan, block: Block, cause: Cause, history: Span, ap: str = "") -> tuple[Span, ...]:
    return tuple(
        outage.span(history)
        for outage in OUTAGES
        if (outage.cause, outage.site, outage.block, outage.ap) == (cause, plan.name, block.name, ap)
    )


def _homes(rooms: Iterable[Room]) -> list[tuple[str, int]]:
    return [(room.label, room.homes) for room in rooms]


def _gone(home: Household, history: Span) -> Household:
    """Give a home that has left this air for the new access point's."""
    gone = Span(history.share(NEW_ACCESS_POINT.share), math.inf)
    return replace(home, empty=(*home.empty, gone))


def _demand(seed: int, building: str, there: Sequence[tuple[str, int]], history: Span) -> Demand:
    return Demand(
        tuple(
            household(seed, f"{building} {label} {number}", history)
            for label, homes in there
            for number in range(homes)
        )
    )
