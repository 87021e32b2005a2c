"""An operator's request, sent to the hub that runs on this machine."""

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from roomreach.errors import Conflict, Misconfigured, NotFound, Refused, RoomreachError, Unavailable
from roomreach_hub.ports import LOOPBACK
from roomreach_store.operating import Move

_PATIENCE_S = 120
"""A file of many thousands of rooms takes its time."""

_ERRORS: Mapping[int, type[RoomreachError]] = {
    HTTPStatus.UNAUTHORIZED: Misconfigured,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.UNPROCESSABLE_ENTITY: Refused,
}


class Remote:
    """Asks the hub's API."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token

    def import_sites(self, content: bytes, *, dry_run: bool) -> dict[str, Any]:
        """Add the places of a file, or say what would become of it."""
        path = f"/sites/import?dry_run={str(dry_run).lower()}"
        return self._facts("POST", path, content, "text/csv")

    def export_sites(self) -> bytes:
        """Write the places on record that are not confidential."""
        return self._ask("GET", "/sites/export")

    def move(self, asked: Move) -> dict[str, Any]:
        """Record where an agent stood."""
        body: dict[str, object] = {"room": asked.room, "since": asked.since.isoformat()}
        optional = {
            "site": asked.site,
            "role": asked.role,
            "until": asked.until and asked.until.isoformat(),
        }
        body |= {name: value for name, value in optional.items() if value is not None}
        return self._facts("POST", f"/agents/{quote(asked.agent)}/moves", json.dumps(body).encode())

    def replay(self, entries: list[int], reason: str | None) -> dict[str, Any]:
        """Ask for messages in quarantine to be taken in again."""
        body = {"entries": entries, "reason": reason}
        return self._facts("POST", "/quarantine/replays", json.dumps(body).encode())

    def job(self, number: int) -> dict[str, Any]:
        """Say how a job stands."""
        return self._facts("GET", f"/jobs/{number}")

    def _facts(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/json"
    ) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self._ask(method, path, body, kind))
        return facts

    def _ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> bytes:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": kind}
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=_PATIENCE_S)
        try:
            with closing(connection):
                connection.request(method, f"/api/v1{path}", body or None, headers)
                response = connection.getresponse()
                answer = response.read()
        except (OSError, http.client.HTTPException) as exc:
            raise Unavailable(f"The hub does not answer ({type(exc).__name__}): try again.") from exc
        if response.status == HTTPStatus.OK:
            return answer
        raise _ERRORS.get(response.status, Unavailable)(_detail(answer, response.status))


def _detail(answer: bytes, status: int) -> str:
    try:
        return str(json.loads(answer)["detail"])
    except (ValueError, LookupError, TypeError):
        return f"The hub answers {status}."
