"""What an operator enters is recorded whole or not at all, in whichever database."""

import itertools
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from roomreach.errors import Conflict, NotFound, Refused
from roomreach.identifiers import AgentId, BuildingId, ProviderId, RoomId, SiteId
from roomreach.moments import milliseconds
from roomreach.places import Building, Category, Provider, Register, Role, Room, Safeguarding, Site
from roomreach_store.importing import export
from roomreach_store.operating import MOST_ROOMS, AddedSite, Install, NewSite, add_site, import_sites, install
from roomreach_store.records import Records, jobs, places
from site_files import with_forty_faults

SINCE = datetime(2026, 11, 1, 9, tzinfo=UTC)
NOW_MS = milliseconds(SINCE.replace(day=20))
LODGE = NewSite(
    name="Stratford  Lodge ",
    provider="Harbour Homes",
    authority="newham",
    category=Category.HOSTEL,
    safeguarding=Safeguarding.NONE,
    rooms=["12", "14", " 12"],
)
_NUMBERS = itertools.count()


def minted(letter: str) -> str:
    return f"{letter}-minted{next(_NUMBERS)}"


def added(records: Records, **otherwise: object) -> AddedSite:
    given = {name: getattr(LODGE, name) for name in NewSite.__dataclass_fields__}
    with records.transaction() as c:
        return add_site(c, NewSite(**(given | otherwise)), minted)


def installed(records: Records, site: SiteId, room: str, agent: AgentId | None = None, since=SINCE):
    with records.transaction() as c:
        return install(c, Install(site=site, room=room, since=since, agent=agent), minted, NOW_MS)


def register(records: Records) -> Register:
    with records.reading() as c:
        return places.register(c)


def test_a_site_has_its_main_building_its_rooms_and_its_provider(records: Records) -> None:
    made = added(records)
    known = register(records)
    site = known.sites[made.site.id]
    assert (site.name, site.host, site.confidential) == ("Stratford Lodge", "E09000025", False)
    assert known.providers[site.provider].name == "Harbour Homes"
    assert [(room.id, room.label) for room in made.rooms] == [
        (room.id, room.label) for room in known.rooms.values()
    ]
    assert [room.label for room in made.rooms] == ["12", "14"]
    (building,) = known.buildings.values()
    assert (building.site, building.name) == (site.id, "Main building")


def test_a_provider_is_known_by_its_code_and_by_any_spelling_of_its_name(records: Records) -> None:
    first = added(records).site.provider
    for spelling in ("HARBOUR  homes", first):
        assert added(records, provider=spelling).site.provider == first
    assert len(register(records).providers) == 1
    with pytest.raises(NotFound, match="p-bcdfghjkmn is not on record"):
        added(records, provider="p-bcdfghjkmn")


@pytest.mark.parametrize(
    ("otherwise", "reason"),
    [
        ({"name": " "}, "The site cannot be that: empty"),
        ({"name": "Canary\0House"}, "The site cannot be that: holds a character"),
        ({"provider": "x" * 201}, "The provider cannot be that: longer than 200"),
        ({"authority": "Canary"}, "The authority cannot be that: no London authority"),
        ({"rooms": ["1", "\udcff"]}, "The room cannot be that: holds a character"),
        ({"rooms": ["1"] * (MOST_ROOMS + 1)}, "1001 rooms"),
    ],
)
def test_what_no_file_may_say_is_refused_and_nothing_of_it_recorded_or_repeated(
    records: Records, otherwise: dict[str, object], reason: str
) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        added(records, **otherwise)
    assert "Canary" not in str(refused.value)
    assert not register(records).providers


def test_an_agent_is_put_in_a_room_by_its_code_or_its_label_and_a_new_label_is_a_new_room(
    records: Records,
) -> None:
    made = added(records)
    first = installed(records, made.site.id, made.rooms[0].id)
    second = installed(records, made.site.id, " 14 ")
    third = installed(records, made.site.id, "The attic")
    assert [first.room, second.room] == [room.id for room in made.rooms]
    attic = register(records).rooms[third.room]
    assert (attic.label, attic.building) == ("The attic", made.rooms[0].building)
    assert len({first.agent, second.agent, third.agent}) == 3
    assert first.role is Role.ROOM


def test_an_agent_on_record_stands_elsewhere_from_then_on_and_nowhere_twice(records: Records) -> None:
    made = added(records)
    agent = installed(records, made.site.id, "12").agent
    installed(records, made.site.id, "14", agent, SINCE.replace(day=8))
    stays = register(records).installations[agent]
    assert [(stay.since.day, stay.until and stay.until.day) for stay in stays] == [(1, 8), (8, None)]
    with pytest.raises(Conflict):
        installed(records, made.site.id, "The attic", agent)
    assert "The attic" not in {room.label for room in register(records).rooms.values()}


def test_what_an_agent_reported_since_it_stands_elsewhere_is_put_there_by_a_job(records: Records) -> None:
    made = added(records)
    agent = installed(records, made.site.id, "12").agent
    with records.reading() as c:
        assert jobs.jobs(c, 9) == []
    since = SINCE.replace(day=8)
    installed(records, made.site.id, "14", agent, since)
    with records.reading() as c:
        (job,) = jobs.jobs(c, 9)
        assert job.register == places.version(c)
    assert (job.kind, job.agent, job.start_ms) == (jobs.Kind.REPLACE, agent, milliseconds(since))
    assert job.asked_ms == NOW_MS


def test_what_is_not_on_record_is_not_found_and_what_is_not_clear_neither(records: Records) -> None:
    made, other = added(records), added(records, name="Annexe")
    for site, room in (
        (SiteId("s-bcdfghjkmn"), "12"),
        (made.site.id, "r-bcdfghjkmn"),
        (made.site.id, other.rooms[0].id),
    ):
        with pytest.raises(NotFound):
            installed(records, site, room)
    with records.transaction() as c:
        places.add_room(c, Room(id=RoomId("r-twin234567"), building=made.rooms[0].building, label="12"))
    with pytest.raises(NotFound, match="Several rooms have this label"):
        installed(records, made.site.id, "12")
    assert not register(records).agents


def test_a_site_without_a_building_gets_one_with_its_first_room(records: Records) -> None:
    with records.transaction() as c:
        places.add_provider(c, Provider(id=ProviderId("p-bcdfghjkmn"), name="Harbour Homes"))
        site = Site(
            id=SiteId("s-bcdfghjkmn"),
            provider=ProviderId("p-bcdfghjkmn"),
            host="E09000012",
            name="Annexe",
            category=Category.HOSTEL,
        )
        places.add_site(c, site)
    for label in ("1", "2"):
        installed(records, site.id, label)
    buildings: dict[BuildingId, Building] = register(records).buildings
    assert [building.name for building in buildings.values()] == ["Main building"]


def test_of_five_hundred_sites_what_is_in_order_is_recorded_once_and_comes_out_as_it_went_in(
    records: Records, tmp_path: Path
) -> None:
    content, seeded = with_forty_faults()
    dry = import_sites(records, content, minted, dry_run=True)
    assert not register(records).sites
    done = import_sites(records, content, minted, dry_run=False)
    assert done == dry
    assert (done.rows, done.added, done.known, done.refused) == (500, 460, 0, 40)
    assert {fault.row: fault.column for fault in done.faults} == seeded
    again = import_sites(records, content, minted, dry_run=False)
    assert (again.added, again.known, again.refused, again.faults) == (0, 460, 40, done.faults)
    known = register(records)
    assert (len(known.providers), len(known.sites), len(known.rooms)) == (20, 460, 460)
    written = export(known, lambda _: True)
    with closing(Records.open(f"sqlite:///{tmp_path}/copy.db")) as copy:
        copied = import_sites(copy, written, minted, dry_run=False)
        assert (copied.added, copied.refused) == (460, 0)
        assert export(register(copy), lambda _: True) == written
