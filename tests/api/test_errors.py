"""What a caller hears when something goes wrong."""

import logging
from collections.abc import Callable

import pytest

from roomreach.errors import (
    Conflict,
    Malformed,
    Misconfigured,
    NotFound,
    Refused,
    RoomreachError,
    Unavailable,
)
from roomreach_api.problems import Problem


class Broken:
    """A series store of which every question fails in one way."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def write(self, points) -> None: ...

    def read(self, _):
        raise self.fault

    def ready(self) -> None:
        raise self.fault

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (NotFound("There is none."), 404),
        (Conflict("It contradicts."), 409),
        (Refused("It has no answer."), 422),
        (Malformed("It is malformed."), 422),
        (Unavailable("The store sleeps."), 503),
        (Misconfigured("The token is wrong."), 503),
    ],
)
def test_each_of_our_errors_has_its_status_and_says_its_sentence(
    make_world: Callable, fault: RoomreachError, status: int
) -> None:
    world = make_world(Broken(fault))
    world.room(world.site("s-bcdfghjkmn", "Stratford Lodge"), "r-bcdfghjkm9", "9")
    response = world.client.get("/api/v1/series/link", params={"room": "r-bcdfghjkm9"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(response.json())
    assert (problem.status, problem.detail) == (status, str(fault))
    assert (response.headers.get("retry-after") == "5") is (status == 503)


@pytest.mark.parametrize(
    "fault", [ZeroDivisionError("secret of the house"), RoomreachError("secret of the house")]
)
def test_a_bug_is_logged_whole_and_the_caller_learns_nothing_of_it(
    make_world: Callable, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    world = make_world(Broken(fault))
    world.room(world.site("s-bcdfghjkmn", "Stratford Lodge"), "r-bcdfghjkm9", "9")
    with caplog.at_level(logging.ERROR):
        problem = world.get("/api/v1/series/link", 500, room="r-bcdfghjkm9")
    assert problem["detail"] == "Internal error"
    assert "secret" not in str(problem)
    (logged,) = caplog.records
    assert logged.exc_info
    assert logged.exc_info[1] is fault


@pytest.mark.parametrize("path", ["/api", "/api/v1", "/api/v1/weather", "/api/v1/sites/"])
def test_an_address_nobody_answers_is_a_problem_for_programs(world, path: str) -> None:
    assert world.get(path, 404)["detail"] == f"There is nothing at {path}."


@pytest.mark.parametrize("path", ["/sites", "/static/absent.css", "/docs", "/redoc"])
def test_an_address_nobody_answers_is_a_page_for_people(world, path: str) -> None:
    response = world.client.get(path)
    assert response.status_code == 404
    assert "Page not found</h1>" in response.text


def test_what_is_echoed_on_a_page_is_escaped(world) -> None:
    response = world.client.get("/<script>alert(1)</script>")
    assert response.status_code == 404
    assert "<script>" not in response.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written(world, method: str) -> None:
    for path in ("/api/v1/rooms", "/api/v1/agents/a-bcdfghjkmn", "/api/v1/quarantine/1"):
        response = world.client.request(method, path)
        assert response.status_code == 405
        assert response.headers["allow"] == "GET"
        assert response.json()["detail"] == f"{path} does not answer {method}."
    assert world.client.request(method, "/").status_code == 405


def test_every_fault_of_a_request_is_named_at_once(world) -> None:
    problem = world.get("/api/v1/series/link", 422, room="x", every="soon")
    assert [fault["where"] for fault in problem["faults"]] == ["query room", "query every"]
