"""Does this request come from the operator of this hub, and from no web page and no other user?

Until there are accounts, the hub writes a secret into its folder, in a file that only its own user can read,
and whoever changes anything sends it along. A page elsewhere cannot read the file, and a browser sends no
such header for it; another user of this machine cannot read it either.
"""

import hmac
from http import HTTPStatus
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from roomreach_api.access import Scope
from roomreach_api.dependencies import caller_scope
from roomreach_api.reading import Stores
from roomreach_api.writing import Writing

_BEARER = HTTPBearer(
    scheme_name="operator",
    description="The operator's secret: DIR/operator.token in a hub's folder; of an API in a process of its "
    "own, what is in the file that ROOMREACH_OPERATOR_TOKEN_FILE names.",
    auto_error=False,
)


def operating(request: Request, scope: Annotated[Scope, Depends(caller_scope)]) -> Writing:
    """Open the door to an operator who asks for no change."""
    return Writing(cast("Stores", request.app.state.stores), scope)


def signed(
    request: Request,
    writing: Annotated[Writing, Depends(operating)],
    _described: Annotated[object, Depends(_BEARER)],
) -> Writing:
    """Open the door to an operator who asks for a change, and proves to be one."""
    expected: str | None = request.app.state.operator_token
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and expected and hmac.compare_digest(given.encode(), expected.encode()):
        return writing
    raise HTTPException(
        HTTPStatus.UNAUTHORIZED,
        "Changes are made by the operator of this hub alone: send the secret in its folder, operator.token, "
        "as Authorization: Bearer …, or use the command roomreach, which does."
        if expected
        else "This server takes no changes: it was started without an operator's secret, "
        "which ROOMREACH_OPERATOR_TOKEN_FILE names.",
        headers={"WWW-Authenticate": "Bearer"},
    )


Operating = Annotated[Writing, Depends(operating)]
Signed = Annotated[Writing, Depends(signed)]
