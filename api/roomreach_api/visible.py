"""Which places may be shown to a caller, and under which names?

The register holds names; the values made here hold only what may be shown, so that whoever renders them
cannot show too much. Of a confidential site nothing is left but its code.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from roomreach.authorities import LONDON
from roomreach.errors import NotFound
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.moments import milliseconds
from roomreach.places import Authority, Category, Installation, Line, Provider, Register, Role, Room, Site
from roomreach_api.access import Scope

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSite:
    """A site as it may be shown. Authority, provider and category are None where it is confidential."""

    id: SiteId
    shown_as: str
    confidential: bool
    trial: bool
    authority: Authority | None
    provider: Provider | None
    category: Category | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRoom:
    """A room as it may be shown.

    Building, floor, homes, and what the building's line is sold as, are None where its site is confidential.
    ``lived_in`` is no count, and known everywhere: where nobody lives, a room is outside all totals.
    """

    id: RoomId
    site: SeenSite
    shown_as: str
    building: str | None
    floor: int | None
    homes: int | None
    lived_in: bool
    sold: Line | None

    @property
    def called(self) -> str:
        """What a person says: a number on a door needs the word room before it."""
        return f"Room {self.shown_as}" if self.shown_as[:1].isdigit() else self.shown_as


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAgent:
    """An agent, and where it stands now; room, role and since are None when it stands nowhere."""

    id: AgentId
    room: SeenRoom | None
    role: Role | None
    since: datetime | None


class Visible:
    """What of a register one caller may see, at one moment."""

    def __init__(
        self, register: Register, scope: Scope, now: datetime, heard: Iterable[AgentId] = ()
    ) -> None:
        self._register = register
        self._now_ms = milliseconds(now)
        self._sees_unplaced = scope.sees_unplaced()
        self._sites = {
            site.id: _seen_site(site, register) for site in register.sites.values() if scope.sees_site(site)
        }
        self._rooms: dict[RoomId, SeenRoom] = {}
        for room in register.rooms.values():
            site = self._sites.get(register.buildings[room.building].site)
            if site is not None:
                self._rooms[room.id] = _seen_room(room, site, register)
        # An agent may be heard before anybody has entered it.
        everyone = sorted({*register.agents, *heard})
        self._agents = {seen.id: seen for agent in everyone if (seen := self._seen_agent(agent))}

    def sites(self) -> list[SeenSite]:
        """Every site, by the name it is shown under, test benches last."""
        return sorted(
            self._sites.values(), key=lambda site: (site.trial, in_reading_order(site.shown_as), site.id)
        )

    def site(self, site: SiteId) -> SeenSite:
        """One site; raises ``NotFound``."""
        return _found(self._sites.get(site), "site", site)

    def rooms(self, site: SiteId | None = None) -> list[SeenRoom]:
        """Every room, or those of one site, in the order of building, floor and label."""
        rooms = [room for room in self._rooms.values() if site in {None, room.site.id}]
        return sorted(rooms, key=_room_order)

    def room(self, room: RoomId) -> SeenRoom:
        """One room; raises ``NotFound``."""
        return _found(self._rooms.get(room), "room", room)

    def agents(self) -> list[SeenAgent]:
        """Every agent that stands in a room the caller sees, or nowhere where the caller sees such."""
        return list(self._agents.values())

    def agent(self, agent: AgentId) -> SeenAgent:
        """One agent; raises ``NotFound``."""
        return _found(self._agents.get(agent), "agent", agent)

    def rooms_of_sites(self) -> Mapping[SiteId, int]:
        """How many rooms are on record at each site; 0 for any other."""
        return Counter(room.site.id for room in self._rooms.values())

    def agents_of_sites(self) -> Mapping[SiteId, int]:
        """How many agents stand at each site now; 0 for any other."""
        return Counter(agent.room.site.id for agent in self._agents.values() if agent.room)

    def sees_taken_in(self, room: RoomId) -> bool:
        """Whether what was measured in this room may be seen."""
        return room in self._rooms

    def stood_in(self, agent: AgentId, at_ms: int) -> SeenRoom | None:
        """Say in which room an agent stood; None when nowhere. Raises ``NotFound`` out of scope."""
        whereabouts = self._register.room_of(agent, at_ms)
        if whereabouts is not None:
            return self.room(whereabouts.room)
        if not self._sees_unplaced:
            raise NotFound(f"There is no agent {agent}.")
        return None

    def _seen_agent(self, agent: AgentId) -> SeenAgent | None:
        installation = self._installation(agent)
        if installation is None:
            return SeenAgent(id=agent, room=None, role=None, since=None) if self._sees_unplaced else None
        room = self._rooms.get(installation.room)
        if room is None:
            return None
        return SeenAgent(id=agent, room=room, role=installation.role, since=installation.since)

    def _installation(self, agent: AgentId) -> Installation | None:
        for installation in reversed(self._register.installations.get(agent, [])):
            if milliseconds(installation.since) <= self._now_ms:
                ended = installation.until is not None and milliseconds(installation.until) <= self._now_ms
                return None if ended else installation
        return None


def in_reading_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """Order names as people do: room 9 before room 10."""
    words = re.findall(r"[0-9]+|[^0-9]+", text.casefold())
    # Digits that no machine counts with (², ௧) stay letters: the pattern lets only 0 to 9 through.
    return tuple((0, int(word[:18]), "") if word[0] in "0123456789" else (1, 0, word) for word in words)


def _seen_site(site: Site, register: Register) -> SeenSite:
    open_ = not site.confidential
    return SeenSite(
        id=site.id,
        shown_as=site.shown_as,
        confidential=site.confidential,
        trial=site.trial,
        authority=Authority(gss=site.host, name=LONDON.get(site.host, site.host)) if open_ else None,
        provider=register.providers[site.provider] if open_ else None,
        category=site.category if open_ else None,
    )


def _seen_room(room: Room, site: SeenSite, register: Register) -> SeenRoom:
    open_ = not site.confidential
    return SeenRoom(
        id=room.id,
        site=site,
        shown_as=room.label if open_ else room.id,
        building=register.buildings[room.building].name if open_ else None,
        floor=room.floor if open_ else None,
        homes=room.homes if open_ else None,
        lived_in=room.homes > 0,
        sold=register.buildings[room.building].line if open_ else None,
    )


def _room_order(room: SeenRoom) -> tuple[object, ...]:
    return (
        room.site.id,
        in_reading_order(room.building or ""),
        room.floor is None,
        room.floor or 0,
        in_reading_order(room.shown_as),
        room.id,
    )


def _found(thing: _T | None, kind: str, id_: str) -> _T:
    if thing is None:
        raise NotFound(f"There is no {kind} {id_}.")
    return thing
