"""An operator's request, sent to the hub that runs on this machine."""

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus
from urllib.parse import quote

from roomreach.errors import Conflict, Misconfigured, NotFound, Refused, RoomreachError, Unavailable
from roomreach_hub.operating.saying import Facts
from roomreach_hub.ports import LOOPBACK
from roomreach_store.operating import Install, Move, NewSite

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

    def sites(self) -> Facts:
        """List the sites on record."""
        return self._facts("GET", "/sites")

    def add_site(self, asked: NewSite) -> Facts:
        """Put a site on record."""
        body = {
            "name": asked.name,
            "provider": asked.provider,
            "authority": asked.authority,
            "category": asked.category,
            "safeguarding": asked.safeguarding,
            "rooms": list(asked.rooms),
        }
        return self._facts("POST", "/sites", json.dumps(body).encode())

    def import_sites(self, content: bytes, *, dry_run: bool) -> Facts:
        """Add the places of a file, or say what would become of it."""
        path = f"/sites/import?dry_run={str(dry_run).lower()}"
        return self._facts("POST", path, content, "text/csv")

    def export_sites(self) -> bytes:
        """Write the places on record that are not confidential."""
        return self._ask("GET", "/sites/export")

    def agents(self) -> Facts:
        """List the agents on record, and those that were heard."""
        return self._facts("GET", "/agents")

    def install(self, asked: Install) -> Facts:
        """Put an agent on record in a room."""
        body = {
            "site": asked.site,
            "room": asked.room,
            "role": asked.role,
            "since": asked.since.isoformat(),
            "agent": asked.agent,
        }
        return self._facts("POST", "/agents", json.dumps(body).encode())

    def move(self, asked: Move) -> Facts:
        """Record where an agent stood."""
        body: dict[str, object] = {"room": asked.room, "since": asked.since.isoformat()}
        optional = {
            "site": asked.site,
            "role": asked.role,
            "until": asked.until and asked.until.isoformat(),
        }
        body |= {name: value for name, value in optional.items() if value is not None}
        return self._facts("POST", f"/agents/{quote(asked.agent)}/moves", json.dumps(body).encode())

    def quarantine(self, limit: int) -> Facts:
        """List what was refused, newest first."""
        return self._facts("GET", f"/quarantine?limit={limit}")

    def quarantined(self, number: int) -> Facts:
        """Read one message that was refused."""
        return self._facts("GET", f"/quarantine/{number}")

    def replay(self, entries: list[int], reason: str | None) -> Facts:
        """Ask for messages in quarantine to be taken in again."""
        body = {"entries": entries, "reason": reason}
        return self._facts("POST", "/quarantine/replays", json.dumps(body).encode())

    def job(self, number: int) -> Facts:
        """Say how a job stands."""
        return self._facts("GET", f"/jobs/{number}")

    def _facts(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Facts:
        facts: Facts = json.loads(self._ask(method, path, body, kind))
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
