"""Who may knock, and what every answer carries."""

import pytest
from fastapi.routing import iter_route_contexts


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8800", "localhost:8800", "LOCALHOST", "[::1]:8800", "[::1]"]
)
def test_this_machine_answers_to_its_own_names(world, host: str) -> None:
    assert world.client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example",
        "rebound.example:8800",
        "127.0.0.1.rebound.example",
        "192.0.2.1",
        "[::2]",
        "",
        "localhost.",
    ],
)
def test_a_page_elsewhere_that_points_its_name_here_is_refused(world, host: str) -> None:
    for path in ("/", "/api/v1/sites", "/healthz", "/metrics", "/static/built/console.css"):
        response = world.client.get(path, headers={"host": host})
        assert response.status_code == 400, path
        assert "answers only when it is called by one of its names" in response.text


def test_pages_are_packed_for_whoever_can_unpack_them_and_streams_are_not(hostel) -> None:
    packed = {path: hostel.client.get(path, headers={"accept-encoding": "gzip"}) for path in ("/", "/live")}
    assert packed["/"].headers["content-encoding"] == "gzip"
    assert int(packed["/"].headers["content-length"]) < len(packed["/"].content) / 2
    assert "content-encoding" not in packed["/live"].headers
    assert "content-encoding" not in hostel.client.get("/", headers={"accept-encoding": "identity"}).headers


def test_every_answer_carries_the_security_headers(hostel) -> None:
    paths = [context.path for context in iter_route_contexts(hostel.app.routes) if context.path]
    paths += ["/absent", "/api/absent", "/static/built/console.css", "/static/absent.css"]
    assert len(paths) > 14
    for path in paths:
        headers = hostel.client.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'self';"), path
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store"), path


def test_even_a_failure_nobody_foresaw_carries_them(hostel) -> None:
    hostel.app.state.stores = None
    response = hostel.client.get("/")
    assert response.status_code == 500
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert "there is a fault in roomreach" in response.text
