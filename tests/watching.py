"""Somebody elsewhere who is told that we are well."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = "/secret-canary"


class Watcher(ThreadingHTTPServer):
    """An endpoint that counts; it answers with ``status``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.heard, self.elsewhere = 200, 0, 0
        self.hang = threading.Event()
        self.hang.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{PATH}"


class Handler(BaseHTTPRequestHandler):
    server: Watcher

    def do_GET(self) -> None:
        if self.path != PATH:
            self.server.elsewhere += 1
        self.server.heard += 1
        self.server.hang.wait(5)
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass
