"""What speedtest-cli needs at the far end of a line: its lists, and one server as fast as the line.

Run as a program with the address to listen on; it says its port. It is the proxy that the environment names.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

_CHUNK = os.urandom(65_536)
_CONFIGURATION = b"""<?xml version="1.0"?><settings>
<client ip="192.0.2.7" lat="51.5" lon="-0.1" isp="nobody" isprating="3.7" country="GB"/>
<server-config threadcount="4" ignoreids=""/>
<download testlength="10" threadsperurl="4"/>
<upload testlength="10" ratio="5" threads="2" maxchunkcount="50"/>
</settings>"""
_SERVERS = """<?xml version="1.0"?><settings><servers>
<server url="http://{host}/speedtest/upload.php" lat="51.5" lon="-0.1" name="here" country="GB" cc="GB"
 sponsor="nobody" id="1" host="{host}"/></servers></settings>"""


class Answers(BaseHTTPRequestHandler):
    """speedtest.net and its one server."""

    protocol_version = "HTTP/1.1"
    timeout: ClassVar[int] = 30

    def do_GET(self) -> None:
        name = urlsplit(self.path).path.rpartition("/")[2]
        if name == "speedtest-config.php":
            self._say(_CONFIGURATION)
        elif name.startswith("speedtest-servers"):
            address, port = self.server.server_address[:2]
            self._say(_SERVERS.format(host=f"{address!s}:{port}").encode())
        elif name == "latency.txt":
            self._say(b"test=test\n")
        else:
            # random1000x1000.jpg and its like: some two bytes for each of its points.
            side = int(name.removeprefix("random").partition("x")[0])
            self._flow(side * side * 2)

    def do_POST(self) -> None:
        left = int(self.headers["content-length"])
        while left and (got := self.rfile.read(min(left, len(_CHUNK)))):
            left -= len(got)
        self._say(b"size=500")

    def _say(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _flow(self, count: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(count))
        self.end_headers()
        while count:
            count -= self.wfile.write(_CHUNK[:count])

    def handle_one_request(self) -> None:
        """Answer one; who goes away half way has stopped its test."""
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    server = ThreadingHTTPServer((sys.argv[1], 0), Answers)
    server.daemon_threads = True
    print(f"listens on port {server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
