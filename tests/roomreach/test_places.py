"""Which agent stood where, and which site's name may be said."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from roomreach.authorities import LONDON
from roomreach.identifiers import AgentId, BuildingId, ProviderId, RoomId, SiteId
from roomreach.moments import milliseconds
from roomreach.places import (
    Agent,
    Building,
    Category,
    Installation,
    Provider,
    Register,
    Role,
    Room,
    Safeguarding,
    Site,
    authority,
)

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
AGENT = AgentId("a-222222")
EAST, WEST = RoomId("r-222222"), RoomId("r-333333")


def site(safeguarding: Safeguarding | None = Safeguarding.NONE, *, withheld: bool = False) -> Site:
    return Site(
        id=SiteId("s-222222"),
        provider=ProviderId("p-222222"),
        host="E09000012",
        name="Mare House",
        category=Category.HOSTEL,
        safeguarding=safeguarding,
        withheld=withheld,
    )


def register(*installations: Installation) -> Register:
    building = BuildingId("b-222222")
    return Register(
        providers=[Provider(id=ProviderId("p-222222"), name="Example Homes")],
        sites=[site()],
        buildings=[Building(id=building, site=SiteId("s-222222"), name="Main building")],
        rooms=[Room(id=EAST, building=building, label="1"), Room(id=WEST, building=building, label="2")],
        agents=[Agent(id=AGENT)],
        installations=installations,
    )


def installed(room: RoomId, since_h: int, until_h: int | None = None) -> Installation:
    until = None if until_h is None else NOON + timedelta(hours=until_h)
    return Installation(
        agent=AGENT, room=room, role=Role.ROOM, since=NOON + timedelta(hours=since_h), until=until
    )


def room_at(places: Register, hours: float) -> RoomId | None:
    found = places.room_of(AGENT, milliseconds(NOON + timedelta(hours=hours)))
    return found.room if found else None


def test_a_report_belongs_to_the_room_the_agent_stood_in_when_it_was_taken() -> None:
    moved = register(installed(EAST, 0, 5), installed(WEST, 5))
    assert room_at(moved, 0) == EAST
    assert room_at(moved, 4.999) == EAST
    assert room_at(moved, 5) == WEST
    assert room_at(moved, 999) == WEST


def test_before_between_and_after_installations_an_agent_stood_nowhere() -> None:
    places = register(installed(WEST, 8, 9), installed(EAST, 0, 5))
    assert room_at(places, -0.001) is None
    assert room_at(places, 6) is None
    assert room_at(places, 9) is None
    assert places.room_of(AgentId("a-999999"), milliseconds(NOON)) is None


def test_whereabouts_carry_the_host_authority_and_the_role() -> None:
    found = register(installed(EAST, 0)).room_of(AGENT, milliseconds(NOON))
    assert found == ("E09000012", "p-222222", "s-222222", EAST, AGENT, Role.ROOM)


@pytest.mark.parametrize("safeguarding", [None, *(c for c in Safeguarding if c is not Safeguarding.NONE)])
def test_a_site_with_a_safeguarding_class_or_none_given_is_shown_by_its_code(
    safeguarding: Safeguarding | None,
) -> None:
    assert site(safeguarding).confidential
    assert site(safeguarding).shown_as == "s-222222"


def test_any_site_may_be_withheld() -> None:
    assert site(withheld=True).shown_as == "s-222222"
    assert site().shown_as == "Mare House"


def test_there_are_33_london_authorities() -> None:
    assert len(LONDON) == len(set(LONDON.values())) == 33
    assert all(re.fullmatch(r"E090000\d\d", gss) for gss in LONDON)
    assert authority("E09000012").name == "Hackney"
