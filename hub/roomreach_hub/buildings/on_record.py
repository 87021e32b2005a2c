"""Made-up places in the records: under new codes, with the agent that stands in each room."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from roomreach.identifiers import AgentId, BuildingId, ProviderId, RoomId, SiteId
from roomreach.places import Agent, Building, Installation, Provider, Room, Site
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.minting import new
from roomreach_store.records import places


def record(c: Connection, lodgings: Iterable[Lodging], *, host: str, since: datetime) -> tuple[AgentId, ...]:
    """Put them on record in the area of an authority, and give each one's new agent, in their order."""
    providers: dict[str, ProviderId] = {}
    sites: dict[str, SiteId] = {}
    buildings: dict[tuple[SiteId, str], BuildingId] = {}
    agents = []
    for lodging in lodgings:
        if lodging.provider not in providers:
            providers[lodging.provider] = _provider(c, lodging)
        if lodging.site not in sites:
            sites[lodging.site] = _site(c, lodging, providers[lodging.provider], host)
        site = sites[lodging.site]
        if (site, lodging.building) not in buildings:
            buildings[site, lodging.building] = _building(c, lodging, site)
        agents.append(_agent(c, lodging, buildings[site, lodging.building], since))
    return tuple(agents)


def _provider(c: Connection, lodging: Lodging) -> ProviderId:
    provider = Provider(id=ProviderId(new("p")), name=lodging.provider)
    places.add_provider(c, provider)
    return provider.id


def _site(c: Connection, lodging: Lodging, provider: ProviderId, host: str) -> SiteId:
    site = Site(
        id=SiteId(new("s")),
        provider=provider,
        host=host,
        name=lodging.site,
        category=lodging.category,
        safeguarding=lodging.safeguarding,
    )
    places.add_site(c, site)
    return site.id


def _building(c: Connection, lodging: Lodging, site: SiteId) -> BuildingId:
    building = Building(id=BuildingId(new("b")), site=site, name=lodging.building, line=lodging.sold)
    places.add_building(c, building)
    return building.id


def _agent(c: Connection, lodging: Lodging, building: BuildingId, since: datetime) -> AgentId:
    room = Room(
        id=RoomId(new("r")),
        building=building,
        label=lodging.label,
        floor=lodging.floor,
        homes=lodging.homes,
    )
    places.add_room(c, room)
    agent = Agent(id=AgentId(new("a")))
    places.add_agent(c, agent)
    places.install(c, Installation(agent=agent.id, room=room.id, role=lodging.role, since=since))
    return agent.id
