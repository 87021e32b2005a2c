"""A stand-in for speedtest.net and one of its servers: what speedtest-cli 2.1.3 asks, answered well or ill.

It is the proxy that the environment names. Requests to https://www.speedtest.net come as CONNECT and are
answered under a certificate made for that name; the server of the list is this stub itself, over plain HTTP.
"""

import contextlib
import ssl
import subprocess
import threading
import time
from collections import Counter
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

RATE_MBPS = 4
"""What the stub carries each way, all connections together."""

_CHUNK = 4_096
_FORBIDDEN_BODY = b"<html>403</html>"
# Of the small uploads there are enough to fill the time: speedtest-cli makes those of 65536 bytes seven bytes
# shorter than it says, and then waits for its own patience to end.
_CONFIGURATION = """<?xml version="1.0"?><settings>
<client ip="192.0.2.77" lat="51.5" lon="-0.1" isp="A Household's Provider" isprating="3.7" country="GB"/>
<server-config threadcount="2" ignoreids=""/>
<download testlength="{test_s}" threadsperurl="4"/>
<upload testlength="{test_s}" ratio="{smallest}" threads="4" maxchunkcount="{uploads}"/>
</settings>"""
_SERVERS = """<?xml version="1.0"?><settings><servers>
<server url="http://127.0.0.1:{port}/speedtest/upload.php" lat="51.5" lon="-0.1" name="A Town" country="GB"
 cc="GB" sponsor="A Sponsor" id="1" host="127.0.0.1:{port}"/></servers></settings>"""


class Mode(Enum):
    """How the service behaves."""

    SUCCESS = "success"
    FORBIDDEN = "403 for everything"
    LIST_FORBIDDEN = "403 for the list of servers"
    BROKEN = "a configuration that is no XML"
    DOWNLOADS_REFUSED = "500 for every download"
    A_DOWNLOAD_REFUSED = "500 for the first download"
    UPLOADS_REFUSED = "500 for every upload, unread"
    UPLOADS_READ_AND_REFUSED = "500 for every upload once it is there"
    UPLOADS_DROPPED = "every upload's connection closed"
    NO_LATENCY_FILE = "404 for the latency file"
    HANG = "an answer that never ends"
    ABSURD = "as fast as this machine can"


class OoklaStub:
    """The stub on a loopback port of its own; ``environment`` points speedtest-cli at it."""

    def __init__(self, folder: Path, mode: Mode, *, test_s: int = 1) -> None:
        self.mode = mode
        self.test_s = test_s
        self.asked: Counter[str] = Counter()
        self.received = 0
        self.stopping = threading.Event()
        self._line = threading.Lock()
        self._free_at = 0.0
        certificate, key = _certificate(folder)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate, key)
        self._server = _Server(("127.0.0.1", 0), self)
        self.port = self._server.server_port
        url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "http_proxy": url,
            "https_proxy": url,
            "no_proxy": "",
            "SSL_CERT_FILE": str(certificate),
        }
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def carry(self, size: int) -> None:
        """Take the time that the line needs for so many bytes, whoever else is on it."""
        if self.mode is Mode.ABSURD:
            return
        with self._line:
            self._free_at = max(self._free_at, time.monotonic()) + size * 8 / (RATE_MBPS * 1e6)
            mine = self._free_at
        time.sleep(max(0.0, mine - time.monotonic()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "speedtest.crt", folder / "speedtest.key"
    made = (
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        key,
        "-out",
        certificate,
    )
    name = ("-subj", "/CN=www.speedtest.net", "-addext", "subjectAltName=DNS:www.speedtest.net")
    subprocess.run(["openssl", "req", "-x509", *made, *name], check=True, capture_output=True)
    return certificate, key


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, address: tuple[str, int], stub: OoklaStub) -> None:
        self.stub = stub
        super().__init__(address, _Answers)

    def handle_error(self, request, client_address) -> None:
        """Say nothing: clients hang up here, as they do out there when their time is up."""


class _Answers(BaseHTTPRequestHandler):
    server: _Server
    # Nobody may keep a test from ending.
    timeout = 30

    def do_CONNECT(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.request = self.connection = self.server.stub.tls.wrap_socket(self.connection, server_side=True)
        with (
            self.connection,
            self.connection.makefile("rb") as self.rfile,
            _Writer(self.connection) as self.wfile,
        ):
            self.handle_one_request()
        self.close_connection = True

    def do_GET(self) -> None:
        stub, path = self.server.stub, urlsplit(self.path).path
        stub.asked[path] += 1
        if stub.mode is Mode.FORBIDDEN or (stub.mode is Mode.LIST_FORBIDDEN and "servers" in path):
            self._say(403, _FORBIDDEN_BODY)
        elif path.endswith("speedtest-config.php"):
            self._configuration()
        elif "speedtest-servers" in path:
            self._say(200, _SERVERS.format(port=stub.port).encode())
        elif path.endswith("latency.txt"):
            found = stub.mode is not Mode.NO_LATENCY_FILE
            self._say(200, b"test=test\n") if found else self._say(404, b"")
        elif path.endswith(".jpg"):
            self._download(int(path.removesuffix(".jpg").rpartition("x")[2]))
        else:
            self._say(404, b"")

    def do_POST(self) -> None:
        stub, mode = self.server.stub, self.server.stub.mode
        stub.asked["upload"] += 1
        if mode is Mode.UPLOADS_DROPPED:
            return
        if mode is not Mode.UPLOADS_REFUSED:
            left = int(self.headers["Content-Length"])
            while left and (chunk := self.rfile.read(min(left, _CHUNK))):
                left -= len(chunk)
                stub.received += len(chunk)
                stub.carry(len(chunk))
        refused = mode in {Mode.UPLOADS_REFUSED, Mode.UPLOADS_READ_AND_REFUSED}
        self._say(500, b"") if refused else self._say(200, b"size=500")

    def _configuration(self) -> None:
        stub = self.server.stub
        if stub.mode is Mode.HANG:
            self.send_response(200)
            self.end_headers()
            # Each byte within the client's patience, and never the last.
            while not stub.stopping.wait(0.2):
                self.wfile.write(b" ")
        else:
            smallest = 5 if stub.mode is Mode.ABSURD else 1
            described = _CONFIGURATION.format(
                test_s=stub.test_s, smallest=smallest, uploads=170 * stub.test_s
            )
            self._say(200, b"Welcome, guest" if stub.mode is Mode.BROKEN else described.encode())

    def _download(self, side: int) -> None:
        stub = self.server.stub
        first = sum(times for path, times in stub.asked.items() if path.endswith(".jpg")) == 1
        if stub.mode is Mode.DOWNLOADS_REFUSED or (stub.mode is Mode.A_DOWNLOAD_REFUSED and first):
            self._say(500, b"")
            return
        size = 2 * side * side
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        for _ in range(size // _CHUNK):
            if stub.stopping.is_set():
                return
            self.wfile.write(bytes(_CHUNK))
            stub.carry(_CHUNK)

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Writer(contextlib.AbstractContextManager["_Writer"]):
    """What the handler writes to, over TLS."""

    closed = False

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self._connection = connection

    def write(self, data: bytes) -> None:
        self._connection.sendall(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        self.closed = True

    def __exit__(self, *_: object) -> None:
        self.close()
