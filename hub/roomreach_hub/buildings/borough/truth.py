"""What was simulated, under codes? For whoever checks an answer, no part of which reads it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from roomreach.identifiers import AgentId, RoomId
from roomreach.places import Register, Role
from roomreach_hub.buildings.borough.course import (
    DEAD,
    NEW_ACCESS_POINT,
    NEW_CHANNEL,
    OUTAGES,
    SILENT,
    Cause,
    NewAccessPoint,
    NewChannel,
    Outage,
)
from roomreach_hub.buildings.habits import LONDON
from roomreach_hub.buildings.history.calendar import CADENCE_S
from roomreach_hub.buildings.line import Portal
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.spans import Span

NAME = "truth.json"

_Standing = Sequence[tuple[AgentId, Lodging]]


def truth(
    lodgings: Sequence[Lodging], agents: Sequence[AgentId], register: Register, seed: int, history: Span
) -> dict[str, Any]:
    """Give everything that was decided beforehand, as JSON."""
    standing = list(zip(agents, lodgings, strict=True))
    return {
        "seed": seed,
        "history": _told(history),
        "cadence_s": CADENCE_S,
        "outages": [
            {"cause": outage.cause, **_told(outage.span(history)), **_places(register, here)}
            for outage in OUTAGES
            for here in [_hit(standing, outage)]
        ],
        "dead_agents": [agent for agent, _ in _named(standing, *DEAD)],
        "dead_rooms": [_room(register, agent) for agent, _ in _named(standing, *DEAD)],
        "silent_agents": [
            {"agent": agent, "since": _moment(history.share(SILENT[2]))}
            for agent, _ in _named(standing, *SILENT[:2])
        ],
        "interventions": [
            _intervention(
                "new access point",
                NEW_ACCESS_POINT,
                [(agent, one) for agent, one in standing if one.spot.heard_anew],
                register,
                history,
            ),
            _intervention(
                "another channel",
                NEW_CHANNEL,
                [(agent, one) for agent, one in standing if one.spot.cell.retuned],
                register,
                history,
            ),
        ],
        "portals": [
            {"agents": [agent], "nights": _nights(one.spot.line.portal, history)}
            for agent, one in standing
            if one.spot.line.portal and one.spot.radio
        ],
        "rooms": {
            _room(register, agent): {"signal_dbm": _signal_dbm(one, history.end_s)}
            for agent, one in standing
            if one.role is Role.ROOM
        },
    }


def write(folder: Path, told: dict[str, Any]) -> None:
    """Put it into a demonstration's folder."""
    (folder / NAME).write_text(json.dumps(told, indent=2) + "\n")


def _intervention(
    what: str, new: NewAccessPoint | NewChannel, here: _Standing, register: Register, history: Span
) -> dict[str, Any]:
    at_s = history.share(new.share)
    return {
        "what": what,
        "helped": new.helped,
        "at": _moment(at_s),
        "rooms": _places(register, here)["rooms"],
        "signal_dbm": {
            _room(register, agent): {
                "before": _signal_dbm(one, history.begin_s),
                "after": _signal_dbm(one, at_s),
            }
            for agent, one in here
        },
    }


def _signal_dbm(lodging: Lodging, at_s: float) -> float | None:
    radio = lodging.spot.radio_at(at_s)
    return None if radio is None or not radio.reaches else round(radio.signal_dbm, 1)


def _nights(portal: Portal, history: Span) -> list[dict[str, str]]:
    """Tell when the sign-in page let nobody through, within the history."""
    first, last = (datetime.fromtimestamp(at_s, LONDON).date() for at_s in (history.begin_s, history.end_s))
    nights = [portal.night(first + timedelta(days=number)) for number in range((last - first).days + 1)]
    clipped = [Span(max(one.begin_s, history.begin_s), min(one.end_s, history.end_s)) for one in nights]
    return [_told(one) for one in clipped if one.lasts_s > 0]


def _hit(standing: _Standing, outage: Outage) -> _Standing:
    hit = []
    for agent, one in standing:
        if (one.site, one.building) != (outage.site, outage.block):
            continue
        off = {
            Cause.LINE: one.spot.line.down,
            Cause.POWER: one.spot.dark,
            Cause.ACCESS_POINT: one.spot.cell.off,
        }[outage.cause]
        if off:
            hit.append((agent, one))
    return hit


def _named(standing: _Standing, site: str, label: str) -> _Standing:
    return [(agent, one) for agent, one in standing if (one.site, one.label) == (site, label)]


def _places(register: Register, here: _Standing) -> dict[str, list[str]]:
    """Name the agents, the rooms of those on the Wi-Fi, and the sites."""
    return {
        "agents": [agent for agent, _ in here],
        "rooms": [_room(register, agent) for agent, one in here if one.role is Role.ROOM],
        "sites": sorted({register.site_of(_room(register, agent)).id for agent, _ in here}),
    }


def _room(register: Register, agent: AgentId) -> RoomId:
    return register.installations[agent][-1].room


def _told(span: Span) -> dict[str, str]:
    return {"begin": _moment(span.begin_s), "end": _moment(span.end_s)}


def _moment(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()
