"""Places: who runs which site, what stands on it, and which agent stood where, when."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from roomreach.authorities import LONDON
from roomreach.identifiers import AgentId, BuildingId, ProviderId, RoomId, SiteId
from roomreach.moments import milliseconds


class Category(StrEnum):
    """The type of temporary accommodation, as the quarterly homelessness statistics count it."""

    BED_AND_BREAKFAST = "bed_and_breakfast"
    NIGHTLY_PAID = "nightly_paid"
    HOSTEL = "hostel"
    PRIVATE_LEASED = "private_leased"
    LA_HA_STOCK = "la_ha_stock"
    OTHER = "other"


class Safeguarding(StrEnum):
    """A site's class under the Domestic Abuse Support (Relevant Accommodation) Regulations 2021."""

    NONE = "none"
    REFUGE = "refuge"
    SPECIALIST_SAFE = "specialist_safe"
    DISPERSED = "dispersed"
    SECOND_STAGE = "second_stage"
    OTHER_EMERGENCY = "other_emergency"
    SANCTUARY = "sanctuary"


class Role(StrEnum):
    """How an agent is joined to the building."""

    REFERENCE = "reference"
    """Wired to the router: it measures the line."""
    ROOM = "room"
    """On the Wi-Fi, as residents are: it measures the room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A council, by its GSS code."""

    gss: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who runs the building."""

    id: ProviderId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One address under one provider. ``host`` is the GSS code of the authority it stands in.

    ``trial`` marks a test bench: no home, and outside every total.
    """

    id: SiteId
    provider: ProviderId
    host: str
    name: str
    category: Category
    safeguarding: Safeguarding | None = None
    withheld: bool = False
    trial: bool = False

    @property
    def confidential(self) -> bool:
        """Whether the site's name must appear nowhere: a class nobody gave counts as confidential."""
        return self.withheld or self.safeguarding is not Safeguarding.NONE

    @property
    def shown_as(self) -> str:
        """What a page, a log or a message may call this site."""
        return self.id if self.confidential else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a building's line is sold as (Mbit/s; None where nobody said), and whether its data is counted."""

    download_mbps: float | None = None
    upload_mbps: float | None = None
    metered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """A block on a site."""

    id: BuildingId
    site: SiteId
    name: str
    line: Line = Line()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The smallest place we judge. ``homes`` is how many households live in it."""

    id: RoomId
    building: BuildingId
    label: str
    floor: int | None = None
    homes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A device of ours."""

    id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The dated fact that an agent stands in a room: from ``since``, up to but not including ``until``."""

    agent: AgentId
    room: RoomId
    role: Role
    since: datetime
    until: datetime | None = None


class Whereabouts(NamedTuple):
    """Where a measurement was taken: exactly the tags of its points, opaque every one."""

    authority: str
    provider: ProviderId
    site: SiteId
    room: RoomId
    agent: AgentId
    role: Role


class Register:
    """Every place and installation on record, and the one question measurements ask of them."""

    def __init__(
        self,
        *,
        providers: Iterable[Provider] = (),
        sites: Iterable[Site] = (),
        buildings: Iterable[Building] = (),
        rooms: Iterable[Room] = (),
        agents: Iterable[Agent] = (),
        installations: Iterable[Installation] = (),
    ) -> None:
        self.providers = {provider.id: provider for provider in providers}
        self.sites = {site.id: site for site in sites}
        self.buildings = {building.id: building for building in buildings}
        self.rooms = {room.id: room for room in rooms}
        self.agents = {agent.id: agent for agent in agents}
        self.installations: dict[AgentId, list[Installation]] = defaultdict(list)
        self._spans: dict[AgentId, list[tuple[int, int | None, Whereabouts]]] = defaultdict(list)
        for installation in sorted(installations, key=lambda i: i.since):
            self.installations[installation.agent].append(installation)
            self._spans[installation.agent].append(
                (
                    milliseconds(installation.since),
                    None if installation.until is None else milliseconds(installation.until),
                    self._whereabouts(installation),
                )
            )

    def room_of(self, agent: AgentId, at_ms: int) -> Whereabouts | None:
        """Say where an agent stood at a moment (UTC ms); None when nobody recorded that it stood anywhere."""
        for since, until, whereabouts in reversed(self._spans.get(agent, ())):
            if since <= at_ms:
                return whereabouts if until is None or at_ms < until else None
        return None

    def site_of(self, room: RoomId) -> Site:
        """Say on which site a room is."""
        return self.sites[self.buildings[self.rooms[room].building].site]

    def _whereabouts(self, installation: Installation) -> Whereabouts:
        site = self.site_of(installation.room)
        return Whereabouts(
            site.host, site.provider, site.id, installation.room, installation.agent, installation.role
        )


def authority(gss: str) -> Authority:
    """Look an authority up by its GSS code; raises ``KeyError`` for one this project does not know."""
    return Authority(gss=gss, name=LONDON[gss])
