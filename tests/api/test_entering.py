"""An operator puts sites and agents on record through the API."""

import pytest

from roomreach.authorities import LONDON

TOKEN = "a-secret-of-this-start"  # noqa: S105 - of this test alone
SITE = {
    "name": "Canary House",
    "provider": "Canary Trust",
    "authority": "Hackney",
    "category": "hostel",
    "rooms": ["1", "The canary room"],
}
STANDS = {"site": "s-bcdfghjkmn", "room": "11", "since": "2026-11-22T12:05:00Z"}


@pytest.fixture
def operator(hostel):
    """The hostel's API, asked by its operator."""
    hostel.app.state.operator_token = TOKEN
    hostel.client.headers["Authorization"] = f"Bearer {TOKEN}"
    return hostel


def entered(operator, kind: str, body: dict[str, object], status: int = 200):
    response = operator.client.post(f"/api/v1/{kind}", json=body)
    assert response.status_code == status, response.text
    return response.json()


def test_a_site_is_put_on_record_with_its_rooms(operator) -> None:
    made = entered(operator, "sites", {**SITE, "safeguarding": "none"})
    assert (made["confidential"], [room["label"] for room in made["rooms"]]) == (False, SITE["rooms"])
    site = operator.get(f"/api/v1/sites/{made['id']}")
    assert (site["name"], site["provider"]["name"], site["rooms"]) == ("Canary House", "Canary Trust", 2)
    assert site["authority"] == {"id": "E09000012", "name": "Hackney"}
    rooms = operator.get("/api/v1/rooms", site=made["id"])["rooms"]
    assert {(room["id"], room["label"], room["building"]) for room in rooms} == {
        (room["id"], room["label"], "Main building") for room in made["rooms"]
    }


def test_of_a_confidential_site_the_answer_holds_only_codes(operator) -> None:
    for body in (SITE, {**SITE, "safeguarding": None}, {**SITE, "safeguarding": "refuge"}):
        made = entered(operator, "sites", body)
        assert made["confidential"]
        assert "anary" not in str(made)
        assert [room["label"] for room in made["rooms"]] == [room["id"] for room in made["rooms"]]


def test_every_authority_is_known_by_its_code_and_its_name(operator) -> None:
    for authority in (*LONDON, *LONDON.values()):
        made = entered(operator, "sites", {**SITE, "authority": authority, "safeguarding": "none"})
        assert authority in operator.get(f"/api/v1/sites/{made['id']}")["authority"].values()


@pytest.mark.parametrize(
    ("otherwise", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "Canary\0House"}, 422),
        ({"provider": "p-zzzzzzzzzz"}, 404),
        ({"authority": "Canary"}, 422),
        ({"category": "castle"}, 422),
        ({"safeguarding": "maybe"}, 422),
        ({"rooms": ["x" * 201]}, 422),
        ({"rooms": ["x"] * 1_001}, 422),
        ({"trial": True}, 422),
    ],
)
def test_a_site_that_cannot_be_is_said_and_not_repeated(operator, otherwise, status: int) -> None:
    problem = entered(operator, "sites", SITE | otherwise, status)
    assert "anary" not in problem["detail"]
    assert len(operator.get("/api/v1/sites")["sites"]) == 1


def test_an_agent_is_put_in_a_room_and_has_a_code(operator) -> None:
    made = entered(operator, "agents", STANDS)
    assert (made["site"], made["room"], made["role"]) == ("s-bcdfghjkmn", "r-bcdfghjk11", "room")
    agent = operator.get(f"/api/v1/agents/{made['agent']}")
    assert (agent["room"], agent["since"]) == ("r-bcdfghjk11", "2026-11-22T12:05:00Z")


def test_a_new_label_is_a_new_room_and_a_known_agent_moves_there(operator) -> None:
    made = entered(operator, "agents", {**STANDS, "room": "13", "agent": "a-bcdfghjkm9", "role": "reference"})
    assert made["agent"] == "a-bcdfghjkm9"
    room = operator.get(f"/api/v1/rooms/{made['room']}")
    assert (room["label"], room["agents"]) == ("13", ["a-bcdfghjkm9"])
    assert operator.get("/api/v1/rooms/r-bcdfghjkm9")["agents"] == []


@pytest.mark.parametrize(
    ("otherwise", "status"),
    [
        ({"site": "s-zzzzzzzzzz"}, 404),
        ({"site": "Stratford Lodge"}, 422),
        ({"room": "r-zzzzzzzzzz"}, 404),
        ({"room": ""}, 422),
        ({"agent": "a-bcdfghjkm9", "since": "2026-10-01T00:00:00Z"}, 409),
        ({"agent": "Bob"}, 422),
        ({"since": "yesterday"}, 422),
        ({"since": "2019-12-31T23:59:59Z"}, 422),
    ],
)
def test_an_agent_that_cannot_stand_there_is_said(operator, otherwise, status: int) -> None:
    entered(operator, "agents", STANDS | otherwise, status)
    assert len(operator.get("/api/v1/agents")["agents"]) == 2
