"""Series in InfluxDB, from 1.6 to 3: written as line protocol, read in InfluxQL, which all of them answer."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Lock
from typing import Any

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from roomreach.errors import Refused, Unavailable
from roomreach.places import Whereabouts
from roomreach.series import SERIES, Point, Series
from roomreach_store.series import PointsRefused, Question, Track, halving, influxql
from roomreach_store.series.line_protocol import lines
from roomreach_store.series.questions import check_rows, columns_of
from roomreach_store.series.tracks import in_tracks

_STORED = 204
_CONTENT = {400, 413, 422}
"""Answers about what was sent: malformed or of another type, too much at once, not processable."""

_NOT_ALLOWED = {401, 403}
_LONGEST_REASON = 300

_MEANINGS = {
    401: "does not know our token: set the right one",
    403: "does not allow our token to do this: give it read and write access",
    404: "has no such database or bucket, or no such organisation: create it, or set the right name",
    429: "asks us to slow down",
}


_CANNOT_DELETE = (3, 0)
"""The first version whose InfluxQL has no DELETE."""


class NotAllowed(Unavailable):
    """InfluxDB knows no such token, or lets it do less than we need: an operator must change one of them."""


class InfluxSeries:
    """One database (1.x), bucket (2.x) or database (3) of one InfluxDB server.

    A token that is wrong and a database that is missing are ``Unavailable`` too: an operator can put both
    right while agents and collector keep what they have.
    """

    def __init__(
        self,
        url: str,
        database: str,
        *,
        token: str | None = None,
        org: str | None = None,
        timeout_s: float = 10,
    ) -> None:
        self._database = database
        self._org = org
        # Its annotations are incomplete: a token and an organisation may well be None.
        client: Any = InfluxDBClient
        self._client = client(url, token, timeout=int(timeout_s * 1_000), org=org)
        self._where = f"InfluxDB at {url}"
        self._opening = Lock()
        self._write_to: tuple[str, dict[str, str]] | None = None
        self._version = (0, 0)

    def write(self, points: Sequence[Point]) -> None:
        """Store points; InfluxDB's 204 means that they are in its log on disk.

        When it refuses a request, of which 1.x may have stored a part and 2.x nothing, the halves are sent
        again until each guilty line stands alone.
        """
        if not points:
            return
        faults = halving.refused(lines(points), self._send)
        if faults:
            raise PointsRefused(faults)

    def read(self, question: Question) -> list[Track]:
        """Answer a question."""
        columns = columns_of(question)
        self._opened()
        answer = self._query("GET", influxql.statement(question, columns))
        rows = influxql.rows(answer, question, columns)
        check_rows(len(rows))
        return in_tracks(rows)

    def replace(self, whereabouts: Whereabouts, start_ms: int, end_ms: int) -> int:
        """Write points where they belong, and once they are there delete them where they stood."""
        self._opened()
        if self._version >= _CANNOT_DELETE:
            raise Refused(
                f"{self._where} is of version 3, which deletes no points: what was measured stays filed "
                "under the room recorded at the time."
            )
        return sum(self._replace(series, whereabouts, start_ms, end_ms) for series in SERIES.values())

    def ready(self) -> None:
        """Ask the database for nothing, which tells whether it would answer."""
        self._opened()
        self._query("GET", "SHOW MEASUREMENTS LIMIT 1")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _replace(self, series: Series, whereabouts: Whereabouts, start_ms: int, end_ms: int) -> int:
        found = self._query("GET", influxql.everything(series, whereabouts.agent, start_ms, end_ms))
        astray = [
            (tags, points)
            for tags, points in influxql.found_in(found, series)
            if points[0].whereabouts != whereabouts
        ]
        self.write([replace(point, whereabouts=whereabouts) for _, points in astray for point in points])
        for tags, _ in astray:
            self._delete(influxql.deleting(series, tags, start_ms, end_ms))
        return sum(len(points) for _, points in astray)

    def _send(self, batch: Sequence[str]) -> str | None:
        path, parameters = self._opened()
        body = "\n".join(batch).encode(errors="backslashreplace")
        try:
            _, status, _ = self._call("POST", path, parameters, body)
        except ApiException as exc:
            if exc.status in _CONTENT:
                return _said(exc)
            raise self._unavailable(exc) from exc
        if status != _STORED:
            raise Unavailable(f"{self._where} answers {status}, which confirms nothing: is it InfluxDB?")
        return None

    def _query(self, method: str, statement: str) -> dict[str, Any]:
        return self._result(self._asked(method, statement))

    def _delete(self, statement: str) -> None:
        # 1.x tells that the result is empty; 2.x has none to tell of, and says {}.
        if (answer := self._asked("POST", statement)) != {}:
            self._result(answer)

    def _asked(self, method: str, statement: str) -> Any:  # noqa: ANN401 - JSON
        try:
            answer, *_ = self._call(method, "/query", {"db": self._database, "epoch": "ms", "q": statement})
        except ApiException as exc:
            raise self._unavailable(exc) from exc
        return answer

    def _result(self, answer: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        match answer:
            case {"results": [{"error": reason}]}:
                raise Unavailable(f"{self._where} could not answer: {reason}.")
            case {"results": [dict() as result]}:
                return result
        raise Unavailable(f"{self._where} answers in words that are not InfluxDB's: is it InfluxDB?")

    def _opened(self) -> tuple[str, dict[str, str]]:
        with self._opening:
            if self._write_to is None:
                self._write_to = self._open()
            return self._write_to

    def _open(self) -> tuple[str, dict[str, str]]:
        try:
            *_, headers = self._call("GET", "/ping", {})
        except ApiException as exc:
            raise self._unavailable(exc) from exc
        found = re.match(r"v?(\d+)\.(\d+)", headers.get("X-Influxdb-Version", ""))
        self._version = version = (int(found[1]), int(found[2])) if found else (2, 0)
        if version < (2, 0):
            # Whoever may not create databases has theirs made by an operator, or is told at the first write.
            with suppress(NotAllowed):
                self._query("POST", f"CREATE DATABASE {influxql.name(self._database)}")
        if version < (1, 8):
            return "/write", {"db": self._database, "precision": "ms"}
        org = {"org": self._org} if self._org else {}
        return "/api/v2/write", {"bucket": self._database, "precision": "ms", **org}

    def _call(
        self, method: str, path: str, parameters: dict[str, str], body: bytes = b""
    ) -> tuple[Any, int, Mapping[str, str]]:
        try:
            answer: tuple[Any, int, Mapping[str, str]] = self._client.api_client.call_api(
                path,
                method,
                query_params=parameters,
                header_params={"Accept": "application/json", "Content-Type": "text/plain; charset=utf-8"},
                body=body,
                response_type="object",
            )
        except HTTPError as exc:
            raise Unavailable(
                f"{self._where} does not answer ({type(exc).__name__}): it may be down."
            ) from exc
        return answer

    def _unavailable(self, exc: ApiException) -> Unavailable:
        kind = NotAllowed if exc.status in _NOT_ALLOWED else Unavailable
        meaning = _MEANINGS.get(exc.status, f"answers {exc.status}")
        return kind(f"{self._where} {meaning} ({_said(exc)}).")


def _said(exc: ApiException) -> str:
    """Give the reason in an error's body: ``error`` in 1.x and 3, ``message`` in 2.x."""
    text = str(exc.body or exc.reason or "no reason given").strip()
    try:
        document = json.loads(text)
        text = str(document.get("error") or document.get("message") or text)
    except (ValueError, AttributeError):
        pass  # a proxy's page, or plain words: as it is
    return text[:_LONGEST_REASON]
