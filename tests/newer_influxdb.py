"""An InfluxDB 2 that somebody runs, for the suite of series stores: Debian packages 1.6 alone.

``ROOMREACH_INFLUXDB_2`` names it, as in ``http://TOKEN@127.0.0.1:8086/ORGANISATION``: an all-access token.
"""

import json
import os
import urllib.request
import uuid
from urllib.parse import urlsplit

ADDRESS = os.environ.get("ROOMREACH_INFLUXDB_2", "")


class NewerInfluxDB:
    """A server, its organisation and its token."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.server = f"{parts.scheme}://{parts.hostname}:{parts.port}"
        self.token = parts.username
        self.org = parts.path.strip("/")

    def new_bucket(self) -> str:
        """The address of an empty bucket."""
        (org,) = self._ask("GET", f"/api/v2/orgs?org={self.org}")["orgs"]
        name = f"test_{uuid.uuid4().hex}"
        self._ask("POST", "/api/v2/buckets", {"orgID": org["id"], "name": name, "retentionRules": []})
        return f"influxdb+{self.server}/{name}?org={self.org}"

    def _ask(self, method: str, path: str, document: object = None):
        request = urllib.request.Request(  # noqa: S310 - the address that we were given
            self.server + path,
            None if document is None else json.dumps(document).encode(),
            {"Authorization": f"Token {self.token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)
