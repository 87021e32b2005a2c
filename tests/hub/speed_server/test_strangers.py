"""What strangers, and agents that ask for too much, can make the speed server hold or read."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
import uvicorn

from roomreach_hub.speed_server import pieces
from roomreach_hub.speed_server.app import create_app
from roomreach_hub.speed_server.listening import listen
from roomreach_hub.speed_server.share import FairShare
from roomreach_hub.speed_server.tests_under_way import Limits, UnderWay
from roomreach_hub.speed_server.tokens import Tokens
from servers import wait_until
from speed_servers import TOKEN, SpeedServer

PATIENCE_S = 5
BUFFERED_BYTES = 8_000_000
"""The most that two ends' kernels hold although nobody reads; a server that reads on takes ten times that."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeedServer]:
    folder = tmp_path_factory.mktemp("speed")
    with SpeedServer(folder, "--most-test-mb", "1", "--most-agent-tests", "50") as running:
        yield running


def descriptors(server: SpeedServer) -> int:
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def connected(server: SpeedServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)


def head(method: str, path: str, length: int, token: str = "") -> bytes:
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\n{authorization}Content-Length: {length}\r\n\r\n".encode()


def begun_at(port: int) -> str:
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
        connection.request("POST", "/v1/tests", headers={"Authorization": f"Bearer {TOKEN}"})
        return connection.getresponse().read().decode()


def begun(server: SpeedServer) -> str:
    return begun_at(server.port)


def ends(sock: socket.socket) -> bool:
    """Push until the other end hangs up; whether it does before it can have read any of it."""
    given = 0
    try:
        while given < 10 * BUFFERED_BYTES:
            given += sock.send(bytes(65_536))
    except (ConnectionResetError, BrokenPipeError):
        return given < BUFFERED_BYTES
    return False


def refused(server: SpeedServer, request: bytes) -> bytes:
    """Send a head, hear the answer, and go on to push a body; the status."""
    with closing(connected(server)) as sock:
        sock.sendall(request)
        answer = sock.recv(65_536)
        assert ends(sock)
    return answer.split()[1]


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (head("POST", "/v1/tests", 10**9), b"401"),
        (head("POST", "/v1/tests", 10**9, "a token nobody handed out"), b"401"),
        (head("GET", "/healthz", 10**9), b"200"),
        (head("POST", "/nowhere", 10**9), b"404"),
        (head("PUT", "/v1/tests", 10**9, TOKEN), b"405"),
    ],
    ids=["no token", "a wrong one", "healthz", "nowhere", "no such method"],
)
def test_nobody_can_push_what_nobody_asked_for(
    server: SpeedServer, request_head: bytes, status: bytes
) -> None:
    assert refused(server, request_head) == status


def test_an_agent_can_push_no_more_than_it_was_promised(server: SpeedServer) -> None:
    request = head("POST", f"/v1/tests/{begun(server)}/upload", 10**9, TOKEN)
    assert refused(server, request) == b"429"


@pytest.mark.parametrize("what", ["download?bytes=500000", "arrived"])
def test_nothing_can_be_pushed_beside_an_answer(server: SpeedServer, what: str) -> None:
    request = head("GET", f"/v1/tests/{begun(server)}/{what}", 10**9, TOKEN)
    assert refused(server, request) == b"400"


def test_an_upload_of_no_known_length_is_none(server: SpeedServer) -> None:
    request = (
        f"POST /v1/tests/{begun(server)}/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        "Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    assert refused(server, request.encode()) == b"400"


def test_an_upload_whose_count_nobody_hears_any_more_is_not_read_on(server: SpeedServer) -> None:
    name = begun(server)
    with ExitStack() as opened:
        counter, line = (opened.enter_context(closing(connected(server))) for _ in range(2))
        counter.sendall(head("GET", f"/v1/tests/{name}/arrived", 0, TOKEN))
        assert counter.recv(65_536)
        line.sendall(head("POST", f"/v1/tests/{name}/upload", 900_000, TOKEN) + bytes(1_000))
        counter.close()
        assert line.recv(65_536).split()[1] == b"204"
        assert ends(line)


def test_the_answer_arrives_although_bytes_are_still_coming(server: SpeedServer) -> None:
    with closing(connected(server)) as sock:
        sock.sendall(head("POST", "/v1/tests", 1_000_000) + bytes(50_000))
        # Long enough for the server to have hung up.
        time.sleep(0.3)
        assert sock.recv(65_536).split()[1] == b"401"


def test_what_was_refused_leaves_no_descriptor(server: SpeedServer) -> None:
    before = descriptors(server)
    for _ in range(20):
        with closing(connected(server)) as sock:
            sock.sendall(head("POST", "/v1/tests", 1_000) + bytes(100))
            sock.recv(65_536)
            sock.sendall(bytes(100))
    wait_until(lambda: descriptors(server) <= before, "the descriptors of refused requests")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server's port, which gives an answer no more than 0.4 s."""
    monkeypatch.setattr(pieces, "LONGEST_S", 0.4)
    app = create_app(Tokens([TOKEN]), UnderWay(Limits()), FairShare(None))
    config = uvicorn.Config(app, http=pieces.PieceByPiece, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize(
    "said", [b"", b"POST /v1/te", head("POST", "/v1/tests", 9)], ids=["nothing", "half", "all"]
)
def test_who_says_no_more_is_not_waited_for(impatient: int, said: bytes) -> None:
    with closing(socket.create_connection(("127.0.0.1", impatient), PATIENCE_S)) as sock:
        sock.sendall(said)
        with contextlib.suppress(ConnectionResetError):
            while sock.recv(65_536):
                pass


def test_a_download_that_nobody_takes_ends(impatient: int) -> None:
    asked = head("GET", f"/v1/tests/{begun_at(impatient)}/download?bytes=400000000", 0, TOKEN)
    with closing(socket.create_connection(("127.0.0.1", impatient), PATIENCE_S)) as sock:
        sock.sendall(asked)
        time.sleep(1)
        had = 0
        with contextlib.suppress(ConnectionResetError):
            while got := sock.recv(65_536):
                had += len(got)
        assert had < BUFFERED_BYTES
