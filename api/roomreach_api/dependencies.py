"""What is an endpoint handed? A reading within its caller's scope, and nothing else."""

from typing import Annotated, cast

from fastapi import Depends, Request

from roomreach_api.access import LocalOperator, Scope
from roomreach_api.reading import Reading, Stores


def caller_scope() -> Scope:
    """Say what the caller may see: the local operator is the only caller until accounts exist."""
    return LocalOperator()


def reading(request: Request, scope: Annotated[Scope, Depends(caller_scope)]) -> Reading:
    """Open what is kept to this caller, as of now."""
    return Reading(cast("Stores", request.app.state.stores), scope)


Caller = Annotated[Reading, Depends(reading)]
