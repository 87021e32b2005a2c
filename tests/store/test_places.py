"""Places are entered once, and an agent stands in one room at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from roomreach.errors import Conflict, NotFound
from roomreach.identifiers import AgentId, BuildingId, ProviderId, RoomId, SiteId
from roomreach.moments import milliseconds
from roomreach.places import (
    Agent,
    Building,
    Category,
    Installation,
    Line,
    Provider,
    Role,
    Room,
    Safeguarding,
    Site,
)
from roomreach_store.records import Records, places

PROVIDER = Provider(id=ProviderId("p-trust22"), name="Trust")
SITE = Site(
    id=SiteId("s-manor22"),
    provider=PROVIDER.id,
    host="E09000012",
    name="Manor House",
    category=Category.HOSTEL,
    safeguarding=Safeguarding.NONE,
    trial=True,
)
REFUGE = Site(
    id=SiteId("s-refuge22"),
    provider=PROVIDER.id,
    host="E09000012",
    name="The Limes",
    category=Category.OTHER,
    withheld=True,
)
BUILDING = Building(
    id=BuildingId("b-block22"),
    site=SITE.id,
    name="Block A",
    line=Line(download_mbps=67.5, upload_mbps=18, metered=True),
)
ROOMS = [
    Room(id=RoomId(f"r-room22{n}"), building=BUILDING.id, label=str(n), floor=n or None) for n in range(3)
]
AGENT = Agent(id=AgentId("a-agent22"))

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def estate(records: Records) -> Records:
    with records.transaction() as c:
        places.add_provider(c, PROVIDER)
        for site in (SITE, REFUGE):
            places.add_site(c, site)
        places.add_building(c, BUILDING)
        for room in ROOMS:
            places.add_room(c, room)
        places.add_agent(c, AGENT)
    return records


def stands(room: int, since: float, until: float | None = None) -> Installation:
    """The agent stands in a room, hours after nine."""
    return Installation(
        agent=AGENT.id,
        room=ROOMS[room].id,
        role=Role.ROOM,
        since=NINE + since * HOUR,
        until=None if until is None else NINE + until * HOUR,
    )


def installed(records: Records, *installations: Installation) -> list[tuple[str, float, float | None]]:
    for installation in installations:
        with records.transaction() as c:
            places.install(c, installation)
    with records.reading() as c:
        return [
            (i.room[-1], (i.since - NINE) / HOUR, None if i.until is None else (i.until - NINE) / HOUR)
            for i in places.register(c).installations[AGENT.id]
        ]


def test_what_was_entered_is_read_as_one_register(estate: Records) -> None:
    installed(estate, stands(0, 0))
    with estate.reading() as c:
        register = places.register(c)
    assert register.providers == {PROVIDER.id: PROVIDER}
    assert register.sites == {SITE.id: SITE, REFUGE.id: REFUGE}
    assert register.buildings == {BUILDING.id: BUILDING}
    assert register.rooms == {room.id: room for room in ROOMS}
    assert register.agents == {AGENT.id: AGENT}
    where = register.room_of(AGENT.id, milliseconds(NINE))
    assert where
    assert where.room == ROOMS[0].id
    assert register.room_of(AGENT.id, milliseconds(NINE) - 1) is None


@pytest.mark.parametrize("again", ["provider", "site", "building", "room", "agent"])
def test_an_identifier_is_given_once(estate: Records, again: str) -> None:
    thing = {"provider": PROVIDER, "site": SITE, "building": BUILDING, "room": ROOMS[0], "agent": AGENT}[
        again
    ]
    with pytest.raises(Conflict, match=f"{thing.id} is already recorded"), estate.transaction() as c:
        getattr(places, f"add_{again}")(c, thing)


def test_a_place_stands_in_one_that_is_recorded(records: Records) -> None:
    for add, thing in [
        (places.add_site, SITE),
        (places.add_building, BUILDING),
        (places.add_room, ROOMS[0]),
        (places.install, stands(0, 0)),
    ]:
        with pytest.raises(NotFound, match="is not recorded"), records.transaction() as c:
            add(c, thing)


def test_every_change_raises_the_version_and_nothing_else_does(estate: Records) -> None:
    with estate.reading() as c:
        before = places.version(c)
    assert before == 8
    installed(estate, stands(0, 0))
    with pytest.raises(Conflict), estate.transaction() as c:
        places.install(c, stands(1, 0))
    with estate.reading() as c:
        places.register(c)
        assert places.version(c) == before + 1


def test_a_moved_agent_leaves_its_room_when_it_enters_the_next(estate: Records) -> None:
    assert installed(estate, stands(0, 0), stands(1, 2)) == [("0", 0, 2), ("1", 2, None)]


def test_an_earlier_stay_can_be_recorded_later(estate: Records) -> None:
    assert installed(estate, stands(0, 5), stands(1, 0, 5), stands(2, -2, -1)) == [
        ("2", -2, -1),
        ("1", 0, 5),
        ("0", 5, None),
    ]


@pytest.mark.parametrize(
    ("recorded", "new"),
    [
        ((0, None), (0, None)),
        ((0, None), (0, 1)),
        ((0, 4), (0, 4)),
        ((0, 4), (2, None)),
        ((0, 4), (-2, 1)),
        ((0, 4), (1, 2)),
        ((0, None), (-2, None)),
        ((0, None), (-2, 1)),
        ((0, None), (3, 3)),
        ((0, None), (3, 2)),
    ],
)
def test_what_overlaps_the_record_is_a_conflict_and_changes_nothing(
    estate: Records, recorded: tuple[float, float | None], new: tuple[float, float | None]
) -> None:
    before = installed(estate, stands(0, *recorded))
    with pytest.raises(Conflict, match=AGENT.id):
        installed(estate, stands(1, *new))
    assert installed(estate) == before
