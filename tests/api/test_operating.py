"""What an operator changes through the API, and that nobody else changes anything."""

import csv
import io
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from roomreach.identifiers import AgentId, RoomId
from roomreach.places import Site
from roomreach.series import Column
from roomreach_api.app import create_app
from roomreach_api.dependencies import caller_scope
from roomreach_api.series.csv_file import written
from roomreach_store.records import jobs, places
from roomreach_store.series import Track


class Nobody:
    """A caller who may see everything, and operates nothing."""

    def sees_site(self, _site: Site) -> bool:
        return True

    def operates(self) -> bool:
        return False

    def sees_unplaced(self) -> bool:
        return True


TOKEN = "a-secret-of-this-start"  # noqa: S105 - of this test alone
ROWS = "provider,site,authority,category,safeguarding,room\r\n"
GOOD = f"{ROWS}Harbour Homes,Canary House,Hackney,hostel,none,1\r\n".encode()


SITE = {
    "name": "Canary House",
    "provider": "Harbour Homes",
    "authority": "Hackney",
    "category": "hostel",
    "safeguarding": "none",
}


@pytest.fixture
def operator(hostel):
    """The hostel's API, asked by its operator."""
    hostel.app.state.operator_token = TOKEN
    hostel.client.headers["Authorization"] = f"Bearer {TOKEN}"
    return hostel


WRITES = {
    "/api/v1/sites": {"json": SITE},
    "/api/v1/agents": {"json": {"site": "s-bcdfghjkmn", "room": "11", "since": "2026-11-22T12:05:00Z"}},
    "/api/v1/sites/import": {"content": GOOD},
    "/api/v1/agents/a-bcdfghjkm9/moves": {"json": {"room": "10", "since": "2026-11-22T12:05:00Z"}},
    "/api/v1/quarantine/replays": {"json": {"entries": [1]}},
}


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic " + TOKEN, TOKEN])
def test_without_the_secret_nothing_is_changed(operator, path: str, header: str) -> None:
    operator.refuses(b"{")
    with operator.records.reading() as c:
        before = places.version(c)
    response = operator.client.post(path, headers={"Authorization": header}, **WRITES[path])
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    with operator.records.reading() as c:
        assert (places.version(c), jobs.jobs(c, 9)) == (before, [])
    assert operator.client.post(path, **WRITES[path]).status_code == 200


@pytest.mark.parametrize("path", WRITES)
def test_a_server_without_a_secret_takes_no_changes_whatever_is_sent(hostel, path: str) -> None:
    for header in ("Bearer None", "Bearer ", ""):
        response = hostel.client.post(path, headers={"Authorization": header}, **WRITES[path])
        assert response.status_code == 401
        assert "takes no changes" in response.json()["detail"]


@pytest.mark.parametrize("path", WRITES)
def test_for_whoever_does_not_operate_there_is_nothing_to_change(operator, path: str) -> None:
    operator.app.dependency_overrides[caller_scope] = Nobody
    assert operator.client.post(path, **WRITES[path]).status_code == 404
    for read in ("sites/export", "jobs", "jobs/1"):
        assert operator.client.get(f"/api/v1/{read}").status_code == 404


def test_a_page_elsewhere_may_not_even_ask(operator) -> None:
    asked = {"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "POST"}
    response = operator.client.options("/api/v1/sites/import", headers=asked)
    assert response.status_code == 405
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


def imported(operator, content: bytes, **parameters):
    response = operator.client.post("/api/v1/sites/import", content=content, params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


def test_a_dry_run_says_the_same_and_writes_nothing_and_twice_is_once(operator) -> None:
    bad = GOOD + b"Harbour Homes,Canary Two,Atlantis,hostel,none,1\r\n"
    dry = imported(operator, bad, dry_run=True)
    assert [(fault["row"], fault["column"]) for fault in dry["faults"]] == [(3, "authority")]
    assert len(operator.get("/api/v1/sites")["sites"]) == 1
    assert imported(operator, bad) == dry
    assert len(operator.get("/api/v1/sites")["sites"]) == 2
    again = imported(operator, bad)
    assert (again["added"], again["known"], again["refused"]) == (0, 1, 1)
    assert again["faults"] == dry["faults"]
    assert "Canary" not in str(dry)


def test_what_is_no_such_file_is_a_problem(operator) -> None:
    for content in (b"", b"\xff\xfe", b"x" * 11_000_000):
        response = operator.client.post("/api/v1/sites/import", content=content)
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"


def test_an_export_goes_into_an_empty_folder_and_comes_out_the_same_without_confidential_sites(
    operator, make_world
) -> None:
    operator.site("s-refuge2345", "Canary House", safeguarding=None)
    response = operator.client.get("/api/v1/sites/export")
    assert response.headers["content-disposition"] == 'attachment; filename="roomreach-sites.csv"'
    assert b"Canary" not in response.content
    assert b"refuge" not in response.content
    fresh = make_world()
    fresh.app.state.operator_token = TOKEN
    fresh.client.headers["Authorization"] = f"Bearer {TOKEN}"
    assert imported(fresh, response.content)["refused"] == 0
    assert fresh.client.get("/api/v1/sites/export").content == response.content


def test_an_agent_is_moved_by_the_label_of_a_room_and_a_job_is_asked_for(operator) -> None:
    since = operator.now - timedelta(hours=1)
    body = {"room": "11", "since": since.isoformat()}
    moved = operator.client.post("/api/v1/agents/a-bcdfghjkm9/moves", json=body).json()
    assert moved == {"agent": "a-bcdfghjkm9", "room": "r-bcdfghjk11", "role": "room", "job": 1}
    assert operator.get("/api/v1/agents/a-bcdfghjkm9")["room"] == "r-bcdfghjk11"
    job = operator.get("/api/v1/jobs/1")
    assert (job["kind"], job["agent"], job["outcome"]) == ("replace", "a-bcdfghjkm9", None)
    assert operator.get("/api/v1/jobs")["jobs"] == [job]


@pytest.mark.parametrize(
    ("agent", "body", "status"),
    [
        ("a-zzzzzzzzzz", {"room": "11"}, 404),
        ("a-bcdfghjkm9", {"room": "99"}, 404),
        ("a-bcdfghjkm9", {"room": "r-zzzzzzzzzz"}, 404),
        ("a-bcdfghjkm9", {"room": "11", "until": "2026-11-22T10:05:00Z"}, 409),
        ("a-bcdfghjkm9", {"room": "11", "since": "yesterday"}, 422),
    ],
)
def test_a_move_that_cannot_be_is_said(operator, agent: str, body: dict[str, str], status: int) -> None:
    body = {"since": "2026-11-22T12:05:00Z"} | body
    assert operator.client.post(f"/api/v1/agents/{agent}/moves", json=body).status_code == status


def test_messages_are_asked_to_be_replayed_by_number_and_by_reason(operator) -> None:
    for payload in (b"{", b"[", b"("):
        operator.refuses(payload, reason="not_storable")
    response = operator.client.post("/api/v1/quarantine/replays", json={"reason": "not_storable"})
    assert [one["entry"] for one in response.json()["replays"]] == [1, 2, 3]
    assert operator.client.post("/api/v1/quarantine/replays", json={"entries": [2, 2]}).json() == {
        "replays": [{"entry": 2, "job": 2}]
    }
    for body, status in (({"entries": [9]}, 404), ({"reason": "none such"}, 422), ({}, 422)):
        assert operator.client.post("/api/v1/quarantine/replays", json=body).status_code == status


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_measurements_come_as_a_file_with_units_and_nothing_where_nothing_is_known(hostel) -> None:
    address = "/api/v1/series/latency?room=r-bcdfghjk10&columns=median_ms&columns=outcome&columns=received"
    response = hostel.client.get(f"{address}&format=csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="roomreach-latency.csv"'
    head, *body = rows(response.text)
    assert head == [
        *("at", "agent", "room", "target", "median_ms (ms)", "outcome", "received (attempts)"),
        *("room_label", "london_time"),
    ]
    assert {row[7] for row in body} == {"10"}
    assert body[0][8] == "2026-11-22 13:33:00"
    told = hostel.client.get(address).json()
    expected = sum(len(track["rows"]) for track in told["tracks"])
    assert len(body) == expected > 0
    assert "" in {row[4] for row in body}
    assert all(row[0].endswith("Z") and "T" in row[0] for row in body)
    assert "None" not in response.text
    assert hostel.client.get(address, headers={"Accept": "text/csv"}).text == response.text
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert hostel.client.get(address, headers=browser).json()["kind"] == "latency"


def test_what_an_agent_wrote_is_no_formula_in_a_file() -> None:
    track = Track(AgentId("a-bcdfghjkm9"), RoomId("r-bcdfghjkm9"), None, ((0, ("=1+1", -3.5, None, False)),))
    columns = [Column("lacked", "str"), Column("x", "float"), Column("y", "int"), Column("z", "bool")]
    assert rows(written(columns, [track], lambda _room: "=10"))[1] == [
        "1970-01-01T00:00:00.000Z", "a-bcdfghjkm9", "r-bcdfghjkm9", "", "'=1+1", "-3.5", "", "false",
        "'=10", "1970-01-01 01:00:00",
    ]  # fmt: skip


def test_an_application_made_with_a_secret_takes_changes(make_world) -> None:
    world = make_world()
    app = create_app(world.records, world.series, operator_token=TOKEN)
    with TestClient(app, base_url="http://127.0.0.1:8800") as client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert client.post("/api/v1/sites/import", content=GOOD, headers=headers).json()["rooms"] == 1
