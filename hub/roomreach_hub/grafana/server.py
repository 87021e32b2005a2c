"""A Grafana server, through ``grafana-api``: what it says, in our words. Nothing is ever deleted.

The package is a thin session over the HTTP API that Grafana calls legacy and still serves:
https://grafana.com/docs/grafana/latest/developer-resources/api-reference/http-api/api-legacy/
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

from grafana_api.grafana_api import GrafanaException  # type: ignore[import-untyped]
from grafana_api.grafana_face import GrafanaFace  # type: ignore[import-untyped]
from requests import Response
from requests.exceptions import (
    InvalidHeader,
    RequestException,
    SSLError,
    Timeout,
    TooManyRedirects,
)

from roomreach.errors import Conflict, Misconfigured, NotFound, Refused, RoomreachError, Unavailable
from roomreach_hub.grafana.files import Model

TIMEOUT_S = 10.0

_LONGEST_REASON = 300

_MEANINGS: dict[int, tuple[type[RoomreachError], str]] = {
    HTTPStatus.UNAUTHORIZED: (
        Misconfigured,
        "does not know our token: make a service account's token in Grafana, and give its file",
    ),
    HTTPStatus.FORBIDDEN: (
        Misconfigured,
        "knows our token and does not allow this: give its service account the role Editor",
    ),
    HTTPStatus.NOT_FOUND: (NotFound, "has no such thing: has somebody taken our folder away meanwhile?"),
    HTTPStatus.CONFLICT: (Conflict, "has another thing of that name or identifier: rename or remove that"),
    HTTPStatus.PRECONDITION_FAILED: (
        Conflict,
        "holds another state than the one we read, so nothing was written: look at it, then push again",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (Unavailable, "asks us to slow down: push again in a minute"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A dashboard as it stands in Grafana."""

    model: Model
    version: int
    folder: str
    provisioned: bool


class Server:
    """One Grafana. Every method raises ``Unavailable``, ``Misconfigured``, ``Refused`` or ``Conflict``."""

    def __init__(self, url: str, token: str, *, timeout_s: float = TIMEOUT_S) -> None:
        address = _address(url)
        self._where = f"Grafana at {url}"
        self._face = GrafanaFace(token, **address, timeout=timeout_s)
        # A redirect would take the token along, or turn a write into a read.
        self._face.api.s.max_redirects = 0
        self._status = 0
        self._face.api.s.hooks["response"].append(self._heard)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._face.api.s.close()

    def dashboard(self, uid: str) -> Found | None:
        """Read a dashboard, or None when there is none."""
        try:
            answer = self._ask(self._face.dashboard.get_dashboard, uid)
        except NotFound:
            return None
        match answer:
            case {"dashboard": {"uid": str()} as model, "meta": dict() as meta}:
                return Found(
                    model=model,
                    version=int(model.get("version") or 0),
                    folder=str(meta.get("folderUid") or ""),
                    provisioned=bool(meta.get("provisioned")),
                )
        raise self._strange()

    def has_folder(self, uid: str) -> bool:
        """Tell whether a folder exists."""
        try:
            answer = self._ask(self._face.folder.get_folder, uid)
        except NotFound:
            return False
        return self._answers(answer, "uid")

    def make_folder(self, uid: str, title: str) -> None:
        """Make a folder; ``Conflict`` when its title or identifier is taken."""
        self._answers(self._ask(self._face.folder.create_folder, title, uid), "uid")

    def save(self, model: Model, *, folder: str, message: str) -> None:
        """Save a dashboard; ``Conflict`` when it has another version by now, ``Refused`` when it is wrong."""
        document = {"dashboard": model, "folderUid": folder, "overwrite": False, "message": message}
        self._answers(self._ask(self._face.dashboard.update_dashboard, document), "uid")

    def _ask(self, call: Callable[..., Any], *arguments: object) -> object:
        try:
            return call(*arguments)
        except GrafanaException as exc:
            raise self._said(exc) from exc
        except SSLError as exc:
            raise Misconfigured(
                f"{self._where} shows a certificate that this machine does not trust: mend it, or set "
                "REQUESTS_CA_BUNDLE to the file of its authority."
            ) from exc
        except TooManyRedirects as exc:
            raise Misconfigured(
                f"{self._where} sends us to another address: give the one that a browser ends up at."
            ) from exc
        except Timeout as exc:
            raise Unavailable(
                f"{self._where} did not answer in time: it may be busy. Push again; twice is once."
            ) from exc
        except InvalidHeader as exc:
            raise Misconfigured(
                "The token's file holds more than a token: put the token alone in it."
            ) from exc
        except (ValueError, TypeError) as exc:
            # The package stumbles over an answer that is no JSON, and over a page with the word "message".
            raise self._unread(self._status) from exc
        except RequestException as exc:
            raise Unavailable(
                f"{self._where} does not answer ({type(exc).__name__}): it may be down, or the address wrong."
            ) from exc

    def _answers(self, answer: object, key: str) -> bool:
        if not isinstance(answer, dict) or key not in answer:
            raise self._strange()
        return True

    def _strange(self) -> Misconfigured:
        return Misconfigured(
            f"{self._where} answers in words that are not Grafana's: is the address right, with its path?"
        )

    def _unread(self, status: int) -> RoomreachError:
        # A proxy whose Grafana is down answers in its own words, and so does anything that is no Grafana.
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Unavailable(f"{self._where} answers {status}: it may be starting. Try again.")
        return self._strange()

    def _heard(self, response: Response, **_: object) -> None:
        self._status = response.status_code

    def _said(self, exc: GrafanaException) -> RoomreachError:
        if not isinstance(exc.response, dict) or "message" not in exc.response:
            return self._unread(exc.status_code)
        reason = str(exc.response["message"])[:_LONGEST_REASON]
        if exc.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Unavailable(f"{self._where} answers {exc.status_code} ({reason}): try again.")
        kind, meaning = _MEANINGS.get(
            exc.status_code, (Refused, f"answers {exc.status_code}: it cannot take this dashboard")
        )
        return kind(f"{self._where} {meaning} ({reason}).")


def _address(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    wrong = parts.scheme not in {"http", "https"} or not parts.hostname or port == 0
    if wrong or parts.username or parts.password or parts.query or parts.fragment:
        raise Misconfigured(
            "The address of Grafana must look like https://grafana.example.org or "
            "http://127.0.0.1:3000/path, without a user, a password or a question."
        )
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    prefix = parts.path.strip("/")
    return {
        "protocol": parts.scheme,
        "host": host,
        "port": port,
        "url_path_prefix": f"{prefix}/" if prefix else "",
    }
