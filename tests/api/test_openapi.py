"""The API as it is described, and whether it keeps to it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from roomreach.measurement import KINDS
from roomreach.shape import Between, fields_of
from roomreach_api.openapi import document

COMMITTED = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"


@pytest.fixture(scope="module")
def described():
    return document()


def test_the_committed_description_is_what_the_code_offers() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "roomreach_api.openapi"], capture_output=True, text=True, check=True
    ).stdout
    assert json.loads(printed) == document()
    assert COMMITTED.read_text(encoding="utf-8") == printed, "run `make docs`"


def test_the_description_is_valid_openapi(described) -> None:
    schemathesis.openapi.from_dict(described).validate()


def test_operations_have_stable_names(described) -> None:
    named = {operation["operationId"] for path in described["paths"].values() for operation in path.values()}
    assert named == {
        "list_sites",
        "read_site",
        "list_rooms",
        "read_room",
        "list_agents",
        "read_agent",
        "list_latest",
        "read_series",
        "list_quarantine",
        "read_quarantined",
        "add_site",
        "import_sites",
        "export_sites",
        "install_agent",
        "move_agent",
        "replay_quarantined",
        "list_jobs",
        "read_job",
        "healthz",
        "readyz",
        "metrics",
    }


def test_every_field_of_every_kind_is_described_with_its_unit(described) -> None:
    schemas = described["components"]["schemas"]
    for kind in KINDS.values():
        properties = schemas[f"{kind.__name__}Measurement"]["properties"]
        for field in fields_of(kind):
            assert properties[field.name]["description"], field.name
            if isinstance(field.bound, Between):
                assert field.unit in properties[field.name]["description"], field.name


def test_every_field_of_our_own_has_a_description(described) -> None:
    bare = [
        f"{name}.{field}"
        for name, schema in described["components"]["schemas"].items()
        for field, about in schema.get("properties", {}).items()
        if "description" not in about
        and "$ref" not in about
        and about.get("type") != "array"
        and "const" not in about
    ]
    assert bare == []


def test_every_failure_is_a_problem_document(described) -> None:
    for path in described["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status != "200":
                    assert list(response["content"]) == ["application/problem+json"], operation["operationId"]


@pytest.fixture
def explored(hostel):
    """The API over a small world, as a tool that knows only its description sees it."""
    hostel.refuses(b"{")
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", hostel.app, headers={"host": "localhost"})


def explore(explored, method: str, path: str, examples: int) -> None:
    """Ask one operation what its description allows, and what it does not; every check must hold."""
    operation = explored[path][method]
    # Rules between parameters (a start before its end) cannot be said in OpenAPI: a series may refuse what
    # its description allows.
    excluded = [positive_data_acceptance] if path.startswith("/api/v1/series") else []

    def ask(case) -> None:
        case.call_and_validate(headers={"host": "localhost"}, excluded_checks=excluded)

    asked = settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    asked(given(operation.as_strategy())(ask))()
    if path in ON_RECORD and method == "GET":
        asked(given(operation.as_strategy(**ON_RECORD[path]))(ask))()
    if operation.query or operation.path_parameters:
        asked(given(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))(ask))()


ON_RECORD = {
    "/api/v1/sites/{site}": {"path_parameters": {"site": "s-bcdfghjkmn"}},
    "/api/v1/rooms/{room}": {"path_parameters": {"room": "r-bcdfghjkm9"}},
    "/api/v1/agents/{agent}": {"path_parameters": {"agent": "a-bcdfghjkm9"}},
    "/api/v1/rooms": {"query": {"site": "s-bcdfghjkmn"}},
    "/api/v1/series/{kind}": {"query": {"room": "r-bcdfghjkm9"}},
    "/api/v1/quarantine/{entry}": {"path_parameters": {"entry": 1}},
}
"""What chance alone would never name."""

OPERATIONS = sorted((path, method.upper()) for path, item in document()["paths"].items() for method in item)
ENTERING = {
    "/api/v1/agents": {"site": "s-bcdfghjkmn", "since": "2026-11-22T14:05:00Z"},
    "/api/v1/sites": {"authority": "Hackney"},
}
"""What chance alone would never enter."""


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_request_meets_a_bug_or_an_undescribed_answer(explored, path: str, method: str) -> None:
    explore(explored, method, path, examples=15)


@pytest.mark.parametrize("path", ENTERING)
def test_nothing_that_an_operator_enters_meets_a_bug(hostel, explored, path: str) -> None:
    hostel.app.state.operator_token = "hush"  # noqa: S105 - a word, not a secret
    operation = explored[path]["POST"]
    answered = set()

    def enter(case) -> None:
        if case.meta.generation.mode is GenerationMode.POSITIVE:
            case.body |= ENTERING[path]
        # That a name holds no control character is not said in OpenAPI; and the check that the secret matters
        # cannot take away the one given here, so another test sees to it for every write.
        response = case.call_and_validate(
            headers={"host": "localhost", "authorization": "Bearer hush"},
            excluded_checks=[positive_data_acceptance, ignored_auth],
        )
        answered.add(response.status_code)

    for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
        asked = settings(
            max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        asked(given(operation.as_strategy(generation_mode=mode))(enter))()
    assert answered >= {200, 422}


@pytest.mark.long
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_request_of_very_many_meets_a_bug_or_an_undescribed_answer(
    explored, path: str, method: str
) -> None:
    explore(explored, method, path, examples=300)
