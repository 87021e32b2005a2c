"""What does a caller hear when something goes wrong? The only module that knows both our errors and HTTP.

Programs get a problem document (RFC 9457), people a page in plain words.
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from roomreach.errors import Conflict, Misconfigured, NotFound, Refused, RoomreachError, Unavailable
from roomreach_api.console.pages import error_page
from roomreach_api.problems import MEDIA_TYPE, Fault, Problem, title

STATUS: Mapping[type[RoomreachError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    Misconfigured: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Any other error is a bug, and answered with 500."""

RETRY_AFTER_S = 5
_FOR_PROGRAMS = ("/api", "/healthz", "/readyz", "/metrics")

_log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Make the application answer every error in our words."""
    app.add_middleware(Bugs)
    app.add_exception_handler(RoomreachError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def answer(
    path: str,
    status: int,
    detail: str,
    faults: list[Fault] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make the response to a failure: a problem document for programs, a page for people."""
    if not path.startswith(_FOR_PROGRAMS):
        return HTMLResponse(error_page(status, detail), status_code=status, headers=headers)
    problem = Problem(
        type="about:blank",
        title=title(status),
        status=status,
        detail=detail,
        instance=path,
        faults=faults,
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True), status_code=status, headers=headers, media_type=MEDIA_TYPE
    )


class Bugs:
    """The last net: what nobody foresaw is logged whole, and the caller learns only that it happened."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer 500 when that raises."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            _log.exception("request failed")
            if started or scope["type"] != "http":
                raise
            response = answer(scope["path"], HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error")
            await response(scope, receive, send)


def _ours(request: Request, exc: Exception) -> Response:
    status = next((STATUS[kind] for kind in type(exc).__mro__ if kind in STATUS), None)
    if status is None:
        raise exc
    headers = {}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        _log.warning("request not answered: %s", exc)
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer(request.url.path, status, str(exc), headers=headers)


def _invalid(request: Request, exc: Exception) -> Response:
    errors: Sequence[Any] = exc.errors() if isinstance(exc, RequestValidationError) else ()
    faults = [Fault(where=" ".join(map(str, error["loc"])), what=error["msg"]) for error in errors]
    detail = "; ".join(f"{fault.where}: {fault.what}" for fault in faults)
    return answer(request.url.path, HTTPStatus.UNPROCESSABLE_ENTITY, detail, faults)


def _http(request: Request, exc: Exception) -> Response:
    if not isinstance(exc, HTTPException):
        raise exc
    path = request.url.path
    details = {
        HTTPStatus.NOT_FOUND: f"There is nothing at {path}.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{path} does not answer {request.method}.",
    }
    detail = details.get(HTTPStatus(exc.status_code), exc.detail)
    return answer(path, exc.status_code, detail, headers=exc.headers)
