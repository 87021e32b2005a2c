"""Who watches the watcher? Three small pages over HTTP: alive, ready, and numbers."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socket import AF_INET6
from typing import NamedTuple, Self

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from roomreach.errors import Misconfigured

_SLOWEST_CALLER_S = 10

_log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """What a page says."""

    status: HTTPStatus
    media_type: str
    body: bytes


Page = Callable[[], Answer]


def pages(faults: Callable[[], list[str]], registry: CollectorRegistry) -> Mapping[str, Page]:
    """Give every page there is. ``faults`` says why we are not ready; ``registry`` holds our numbers."""

    def readyz() -> Answer:
        found = faults()
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, " ".join(found), "/readyz") if found else _is("ready")

    return {
        "/healthz": lambda: _is("alive"),
        "/readyz": readyz,
        "/metrics": lambda: Answer(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(registry)),
    }


class Listening:
    """Serves pages from ``start`` to ``stop``. Raises ``Misconfigured`` when the address cannot be used."""

    def __init__(self, host: str, port: int, served: Mapping[str, Page]) -> None:
        try:
            self._server = _Server(host, port, served)
        except OSError as exc:
            raise Misconfigured(
                f"ROOMREACH_COLLECTOR_LISTEN is {host} port {port}, which cannot be used: {exc.strerror}. "
                "Stop the program that has it, or name another port."
            ) from exc
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="listening", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Whoever hangs while we stop does not hold us up.
    block_on_close = False

    def __init__(self, host: str, port: int, served: Mapping[str, Page]) -> None:
        self.served = served
        if ip_address(host).version == 6:  # noqa: PLR2004 - the name of the protocol
            self.address_family = AF_INET6
        super().__init__((host, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - theirs to pass
        # Its own would print where the caller is.
        _log.info("a caller of our pages went away")


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _SLOWEST_CALLER_S

    def do_GET(self) -> None:
        """Answer, and close: those who ask come once in a while."""
        path = self.path.partition("?")[0]
        page = self.server.served.get(path)
        if page is None:
            answer = _problem(HTTPStatus.NOT_FOUND, "There are /healthz, /readyz and /metrics.", "/")
        else:
            answer = page()
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Say nothing: where callers are is nobody's business."""


def _is(status: str) -> Answer:
    return Answer(HTTPStatus.OK, "application/json", json.dumps({"status": status}).encode())


def _problem(status: HTTPStatus, detail: str, instance: str) -> Answer:
    document = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
        "instance": instance,
    }
    return Answer(status, "application/problem+json", json.dumps(document).encode())
