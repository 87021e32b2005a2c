"""What does a failure look like to a program, and where does the description of the API say so?"""

from http import HTTPStatus
from typing import Any

from pydantic import Field

from roomreach_api.schemas import Model

MEDIA_TYPE = "application/problem+json"
_REFERENCE = "#/components/schemas/"


class Fault(Model):
    """One part of a request that is not as it should be."""

    where: str = Field(description="Which part of the request.", examples=["query every"])
    what: str = Field(description="What was expected.", examples=["String should match pattern '^[1-9]'"])


class Problem(Model):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="Always about:blank: the status says which kind.", examples=["about:blank"])
    title: str = Field(description="The status in words.", examples=["Not Found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(
        description="What happened, as a sentence.", examples=["There is no room r-bcdfghjkmn."]
    )
    instance: str = Field(description="The path asked for.", examples=["/api/v1/rooms/r-bcdfghjkmn"])
    faults: list[Fault] | None = Field(
        default=None, description="For a request that is not as it should be: every fault."
    )


def title(status: int) -> str:
    """Give a status in words, the same in every version of Python: RFC 9110 renamed one of them."""
    return "Unprocessable Content" if status == HTTPStatus.UNPROCESSABLE_ENTITY else HTTPStatus(status).phrase


def problems(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Describe the failures of an operation: those given, and those that any operation may meet."""
    everywhere = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
    return {
        int(status): {
            "description": title(status),
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_REFERENCE}Problem"}}},
        }
        for status in (*statuses, *everywhere)
    }


def definitions() -> dict[str, Any]:
    """Give the schemas that ``problems`` refers to."""
    schema = Problem.model_json_schema(ref_template=f"{_REFERENCE}{{model}}")
    nested: dict[str, Any] = schema.pop("$defs")
    return {**nested, "Problem": schema}
