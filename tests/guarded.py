"""A door before InfluxDB 1.6 that lets in only who shows the token, as InfluxDB 2 does and 1.6 does not."""

import threading
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class Guarded:
    """The door: it has a port of its own."""

    def __init__(self, port: int, token: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Authorization") != f"Token {token}":
                    self._answer(HTTPStatus.UNAUTHORIZED, b'{"code":"unauthorized"}', {})
                    return
                with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as behind:
                    behind.request(self.command, self.path, body, dict(self.headers))
                    answer = behind.getresponse()
                    kept = {name: text for name, text in answer.getheaders() if name in _KEPT}
                    self._answer(answer.status, answer.read(), kept)

            do_GET = do_POST = handle_one  # noqa: N815 - how the library calls them

            def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, text in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="guarded")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


_KEPT = {"Content-Type", "Content-Encoding", "X-Influxdb-Version", "X-Influxdb-Error"}
