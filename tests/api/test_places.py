"""Sites, rooms and agents, as the API says them."""

from datetime import timedelta

import pytest


def test_sites_are_listed_by_name_with_their_rooms_counted(hostel) -> None:
    hostel.site("s-trialbench", "A bench", trial=True)
    hostel.site("s-qrstvwxz23", "Albion House")
    listed = hostel.get("/api/v1/sites")
    assert listed["as_of"] == "2026-11-22T14:05:00Z"
    assert [(site["name"], site["rooms"], site["trial"]) for site in listed["sites"]] == [
        ("Albion House", 0, False),
        ("Stratford Lodge", 3, False),
        ("A bench", 0, True),
    ]


def test_a_site_says_where_it_is_who_runs_it_and_what_it_is(hostel) -> None:
    assert hostel.get("/api/v1/sites/s-bcdfghjkmn") == {
        "id": "s-bcdfghjkmn",
        "name": "Stratford Lodge",
        "confidential": False,
        "trial": False,
        "authority": {"id": "E09000012", "name": "Hackney"},
        "provider": {"id": "p-bcdfghjkmn", "name": "Harbour Homes"},
        "category": "hostel",
        "rooms": 3,
        "agents": 2,
    }


def test_rooms_are_in_the_order_of_floor_and_of_numbers_as_people_count(hostel) -> None:
    labels = [room["label"] for room in hostel.get("/api/v1/rooms")["rooms"]]
    assert labels == ["11", "9", "10"]


def test_a_room_says_which_agents_stand_in_it(hostel) -> None:
    room = hostel.get("/api/v1/rooms/r-bcdfghjkm9")
    assert room["agents"] == ["a-bcdfghjkm9"]
    assert (room["site"], room["label"], room["building"], room["floor"], room["homes"]) == (
        "s-bcdfghjkmn",
        "9",
        "Main house",
        1,
        1,
    )


def test_the_rooms_of_one_site_can_be_asked_for(hostel) -> None:
    elsewhere = hostel.site("s-qrstvwxz23", "Albion House")
    hostel.room(elsewhere, "r-qrstvwxz23", "1")
    rooms = hostel.get("/api/v1/rooms", site="s-qrstvwxz23")["rooms"]
    assert [room["id"] for room in rooms] == ["r-qrstvwxz23"]
    assert hostel.get("/api/v1/rooms", 404, site="s-zzzzzzzzzz")["status"] == 404


def test_an_agent_says_where_it_stands_and_whether_it_is_heard(hostel) -> None:
    assert hostel.get("/api/v1/agents/a-bcdfghjkm9") == {
        "id": "a-bcdfghjkm9",
        "room": "r-bcdfghjkm9",
        "site": "s-bcdfghjkmn",
        "room_label": "9",
        "site_name": "Stratford Lodge",
        "role": "room",
        "since": "2026-11-01T14:05:00Z",
        "heard": True,
        "last_taken": "2026-11-22T14:04:48Z",
        "online": "yes",
        "why": "everything asked answered",
        "unplaced": 0,
        "undated": 0,
    }


def test_an_agent_nobody_has_entered_is_listed_once_it_is_heard(hostel) -> None:
    hostel.hears("a-stranger22")
    hostel.hears("a-stranger22", timedelta(seconds=2))
    agent = hostel.get("/api/v1/agents/a-stranger22")
    assert (agent["room"], agent["heard"], agent["unplaced"]) == (None, True, 2)
    hostel.now += timedelta(hours=3)
    agent = hostel.get("/api/v1/agents/a-stranger22")
    assert (agent["online"], agent["why"]) == ("unknown", "nothing heard for 3 hours")


def test_an_agent_whose_installation_has_ended_or_not_begun_stands_nowhere(hostel) -> None:
    hostel.agent("a-tomorrow22", "r-bcdfghjkm9", since=hostel.now + timedelta(days=1))
    assert hostel.get("/api/v1/agents/a-tomorrow22")["room"] is None
    assert hostel.get("/api/v1/sites/s-bcdfghjkmn")["agents"] == 2
    hostel.now += timedelta(days=2)
    assert hostel.get("/api/v1/sites/s-bcdfghjkmn")["agents"] == 3
    assert hostel.get("/api/v1/agents/a-tomorrow22")["room"] == "r-bcdfghjkm9"


def test_what_is_recorded_while_the_api_runs_is_seen_at_once(hostel) -> None:
    assert len(hostel.get("/api/v1/sites")["sites"]) == 1
    hostel.site("s-qrstvwxz23", "Albion House")
    assert len(hostel.get("/api/v1/sites")["sites"]) == 2


@pytest.mark.parametrize(
    ("kind", "code"), [("site", "s-zzzzzzzzzz"), ("room", "r-zzzzzzzzzz"), ("agent", "a-zzzzzzzzzz")]
)
def test_what_does_not_exist_is_not_found(hostel, kind: str, code: str) -> None:
    path = f"/api/v1/{kind}s/{code}"
    problem = hostel.get(path, 404)
    assert problem == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": f"There is no {kind} {code}.",
        "instance": path,
    }
