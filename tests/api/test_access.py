"""Whose data may a caller see? Every route is walked, for what must never be shown and for whom."""

import ast
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

import roomreach_api
from roomreach.places import Safeguarding, Site
from roomreach_api.access import LocalOperator
from roomreach_api.dependencies import caller_scope
from roomreach_api.visible import Visible

SECRETS = ("Canary House", "Canary Trust", "Canary Wing", "Canary Room 7", "Canary", "canary")


@dataclass(frozen=True)
class OneProvider:
    """A caller who may see the sites of one provider, and nothing else."""

    provider: str

    def sees_site(self, site: Site) -> bool:
        return site.provider == self.provider

    def operates(self) -> bool:
        return False

    def sees_unplaced(self) -> bool:
        return False


def addresses(world) -> Iterator[str]:
    """Every address of every route there is, for everything on record and everything that is not."""
    known = {
        "site": ["s-refuge2345", "s-bcdfghjkmn", "s-zzzzzzzzzz", "Canary"],
        "room": ["r-refuge2345", "r-bcdfghjkm9", "r-zzzzzzzzzz"],
        "agent": ["a-refuge2345", "a-bcdfghjkm9", "a-zzzzzzzzzz"],
        "kind": ["link", "report", "latency", "weather"],
        "entry": ["1", "999"],
        "job": ["1", "999"],
        "path": ["built/console.css", "live.js", "absent.css"],
    }
    questions = {
        "/api/v1/rooms": ["?site=s-refuge2345", "?site=s-zzzzzzzzzz"],
        "/api/v1/series/{kind}": [
            "?room=r-refuge2345",
            "?agent=a-refuge2345",
            "?room=r-refuge2345&every=1h",
            "?room=?",
        ],
    }
    for context in iter_route_contexts(world.app.routes):
        path = context.path
        assert path is not None
        if path == "/static":
            path = "/static/{path}"
        filled = [path]
        for name, values in known.items():
            filled = [one.replace(f"{{{name}}}", value) for one in filled for value in values]
        for one in dict.fromkeys(filled):
            assert "{" not in one, f"the walk does not know how to fill {one}"
            yield one
            yield from (one + asked for asked in questions.get(path, []))
    yield "/absent"
    yield "/api/absent"


@pytest.fixture
def refuge(hostel):
    """Beside the hostel a refuge, whose every name must stay unsaid, heard and in trouble."""
    block = hostel.site(
        "s-refuge2345",
        "Canary House",
        provider="p-refuge2345",
        provider_name="Canary Trust",
        safeguarding=Safeguarding.REFUGE,
        building="Canary Wing",
    )
    hostel.agent("a-refuge2345", hostel.room(block, "r-refuge2345", "Canary Room 7", floor=13))
    hostel.hears("a-refuge2345")
    hostel.refuses(b"{")
    return hostel


def test_no_name_of_a_confidential_site_is_in_any_answer_or_log(
    refuge, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        walked = {address: refuge.client.get(address) for address in addresses(refuge)}
        for address in list(walked):
            walked[f"POST {address}"] = refuge.client.post(address, json={"name": "x"})
    assert {200, 404, 405, 422} <= {response.status_code for response in walked.values()}
    # What was asked for may be told back to whoever asked.
    said = {
        address: re.sub("/sites/Canary|There is no site Canary", "", f"{response.headers} {response.text}")
        for address, response in walked.items()
    }
    assert [(address, secret) for address, text in said.items() for secret in SECRETS if secret in text] == []
    logged = [record.getMessage() for record in caplog.records if "/sites/Canary" not in record.getMessage()]
    assert [line for line in logged if "canary" in line.lower()] == []
    # The walk did come past the site: it is shown, by its code.
    assert "s-refuge2345" in said["/"]
    assert "s-refuge2345" in said["/live"]
    assert "r-refuge2345" in said["/api/v1/series/link?room=r-refuge2345"]


@pytest.mark.parametrize(
    ("safeguarding", "shown"),
    [(Safeguarding.NONE, "Quiet House"), (None, "s-quiet23456"), (Safeguarding.SANCTUARY, "s-quiet23456")],
)
def test_a_class_nobody_gave_counts_as_confidential(world, safeguarding, shown: str) -> None:
    world.site("s-quiet23456", "Quiet House", safeguarding=safeguarding)
    assert world.get("/api/v1/sites/s-quiet23456")["name"] == shown
    assert ("Quiet House" in world.page()) is (shown == "Quiet House")


def test_of_a_confidential_site_nothing_but_codes_is_left(refuge) -> None:
    site = refuge.get("/api/v1/sites/s-refuge2345")
    assert site == {
        "id": "s-refuge2345",
        "name": "s-refuge2345",
        "confidential": True,
        "trial": False,
        "authority": None,
        "provider": None,
        "category": None,
        "rooms": 1,
        "agents": 1,
    }
    room = refuge.get("/api/v1/rooms/r-refuge2345")
    assert (room["label"], room["building"], room["floor"], room["homes"]) == (
        "r-refuge2345",
        None,
        None,
        None,
    )


@pytest.fixture
def provider(refuge):
    """The same world, asked by the hostel's provider."""
    refuge.hears("a-stranger22")
    refuge.app.dependency_overrides[caller_scope] = lambda: OneProvider("p-bcdfghjkmn")
    return refuge


@pytest.mark.parametrize(
    "path",
    [
        "sites/s-refuge2345",
        "rooms?site=s-refuge2345",
        "rooms/r-refuge2345",
        "agents/a-refuge2345",
        "agents/a-stranger22",
        "series/link?room=r-refuge2345",
        "series/link?agent=a-refuge2345",
        "series/link?agent=a-stranger22",
        "series/link?room=r-bcdfghjkm9&agent=a-refuge2345",
        "quarantine",
        "quarantine/1",
    ],
)
def test_what_belongs_to_others_does_not_exist(provider, path: str) -> None:
    foreign = provider.client.get(f"/api/v1/{path}")
    assert foreign.status_code == 404
    # The answer is the one that something nobody ever recorded gets.
    unknown = path.replace("refuge2345", "zzzzzzzzzz").replace("stranger22", "zzzzzzzzzz")
    absent = provider.client.get(f"/api/v1/{unknown}")
    assert foreign.json() == {
        key: value.replace("zzzzzzzzzz", "refuge2345" if "refuge" in path else "stranger22")
        if isinstance(value, str)
        else value
        for key, value in absent.json().items()
    }


def test_no_answer_holds_anything_of_others(provider) -> None:
    for address in addresses(provider):
        response = provider.client.get(address)
        if response.status_code == 200:
            assert "refuge2345" not in response.text, address
            assert "stranger22" not in response.text, address
    assert [site["id"] for site in provider.get("/api/v1/sites")["sites"]] == ["s-bcdfghjkmn"]
    assert {one["agent"] for one in provider.get("/api/v1/latest")["latest"]} == {
        "a-bcdfghjkm9",
        "a-bcdfghjk10",
    }
    assert "roomreach_quarantine_rows" not in provider.client.get("/metrics").text


def test_what_an_agent_measured_at_another_provider_stays_there(provider) -> None:
    moved = provider.now
    provider.agent("a-refuge2345", "r-bcdfghjk11", since=moved)
    provider.now += timedelta(minutes=1)
    assert provider.get("/api/v1/agents/a-refuge2345")["last_taken"] is None
    assert "a-refuge2345" not in {one["agent"] for one in provider.get("/api/v1/latest")["latest"]}
    provider.hears("a-refuge2345", timedelta(seconds=5))
    tracks = provider.get("/api/v1/series/link", agent="a-refuge2345")["tracks"]
    assert [(track["room"], len(track["rows"])) for track in tracks] == [("r-bcdfghjk11", 1)]
    assert provider.get("/api/v1/agents/a-refuge2345")["heard"] is True
    # And the provider it came from sees what it measured there, though no longer the agent.
    provider.app.dependency_overrides[caller_scope] = lambda: OneProvider("p-refuge2345")
    assert provider.client.get("/api/v1/agents/a-refuge2345").status_code == 404
    tracks = provider.get("/api/v1/series/link", room="r-refuge2345")["tracks"]
    assert [track["agent"] for track in tracks] == ["a-refuge2345"]


def test_what_is_shown_of_a_place_has_nowhere_to_put_a_name(refuge) -> None:
    with refuge.records.reading() as c:
        from roomreach_store.records import places  # noqa: PLC0415 - the one test that looks behind the door

        visible = Visible(places.register(c), LocalOperator(), refuge.now)
    shown = repr((visible.site("s-refuge2345"), visible.rooms("s-refuge2345"), visible.agents()))
    assert "Canary" not in shown
    assert "E09000012" not in repr(visible.site("s-refuge2345"))


SOURCE = Path(roomreach_api.__file__).parent
BEHIND_THE_DOOR = {"reading.py", "writing.py", "app.py", "__main__.py"}
"""The door itself, and the two that are handed the stores to hand them on."""


ALLOWED = {
    "dependencies.py": {"stores"},
    "operators.py": {"stores"},
    "visible.py": {"_register"},
    # How an address is put together is no reading.
    "settings.py": {"with_password"},
}
INSIDE = {"stores", "_stores", "_state", "_newest", "_register"}


def reaches_of(source: str) -> list[str]:
    """What a module takes from the stores, besides the values that come out of the door."""
    taken = []
    for statement in ast.walk(ast.parse(source)):
        if isinstance(statement, ast.Import):
            taken += [name.name for name in statement.names if name.name.startswith("roomreach_store")]
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("roomreach_store"):
            taken += [
                name.name
                for name in statement.names
                if name.name[0].islower()
                or name.name in {"Records", "SeriesStore", "MemorySeries", "DuckSeries"}
            ]
        if isinstance(statement, ast.Attribute) and statement.attr in INSIDE:
            taken.append(statement.attr)
    return taken


@pytest.mark.parametrize("module", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_module_reads_the_stores_but_through_the_door(module: Path) -> None:
    taken = set(reaches_of(module.read_text()))
    if module.name not in BEHIND_THE_DOOR:
        assert taken <= ALLOWED.get(module.name, set())


def test_a_module_that_reaches_round_the_door_is_caught() -> None:
    assert reaches_of("from roomreach_store.records import places")
    assert reaches_of("import roomreach_store.records.latest as l")
    assert reaches_of("from roomreach_store.records import Records")
    assert reaches_of("def f(request): return request.app.state.stores.records")
    assert not reaches_of("from roomreach_store.records.kept import Why")


def test_every_route_that_reads_asks_who_calls(world) -> None:
    def asks(dependant) -> bool:
        return dependant.call is caller_scope or any(asks(one) for one in dependant.dependencies)

    without = {
        context.path
        for context in iter_route_contexts(world.app.routes)
        if not (hasattr(context.original_route, "dependant") and asks(context.original_route.dependant))
    }
    assert without == {"/healthz", "/api/v1/openapi.json", "/static"}
