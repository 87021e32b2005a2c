"""The test over real connections, against our server and against whoever else may answer."""

import contextlib
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from roomreach.measurement import Reason, Throughput
from roomreach_agent.engines import ENGINES, Ask
from roomreach_agent.engines.direction import Direction, Failed
from roomreach_agent.engines.own.answers import take_head
from roomreach_agent.engines.own.engine import OwnEngine
from roomreach_agent.engines.own.flows import Download, Upload
from roomreach_agent.engines.own.line import Line
from roomreach_agent.engines.own.live import LiveTransfers
from roomreach_agent.engines.own.protocol import RECORD
from roomreach_agent.engines.own.server import PATIENCE_S, Server
from roomreach_agent.failures import ProbeFailed
from speed_servers import OTHER_TOKEN, TOKEN, SpeedServer

MOST_BYTES = 4_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeedServer]:
    with SpeedServer(tmp_path_factory.mktemp("speed"), "--most-mbps", "40") as running:
        yield running


@pytest.fixture
def tested(tmp_path: Path) -> Callable[..., Throughput]:
    def test(url: str, token: str = TOKEN, most_bytes: int = MOST_BYTES) -> Throughput:
        file = tmp_path / "token"
        file.write_text(f"{token}\n")
        engine = ENGINES["own"](SimpleNamespace(server=url, token_file=file), SimpleNamespace(root=tmp_path))
        return engine.test(Ask(target="server", most_bytes=most_bytes))

    return test


@contextlib.contextmanager
def answering(
    answer: bytes, *, then: Callable[[socket.socket], object] = lambda _sock: None
) -> Iterator[str]:
    """Somebody who says the same to everybody, or nothing at all; gives the address."""
    listening = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listening.accept()
                taken.append(sock)
                sock.recv(4096)
                sock.sendall(answer)
                then(sock)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
        for sock in taken:
            sock.close()


def test_both_directions_are_measured_within_the_bytes_they_may_cost(
    server: SpeedServer, tested: Callable[..., Throughput]
) -> None:
    measured = tested(server.url)
    assert measured.reason is None
    assert measured.download_mbps
    assert measured.upload_mbps
    assert measured.idle_ms is not None
    assert 0 < measured.idle_ms < 50
    assert measured.download_bytes
    assert measured.upload_bytes
    assert measured.download_bytes + measured.upload_bytes <= MOST_BYTES


def test_neither_thread_nor_connection_is_left(
    server: SpeedServer, tested: Callable[..., Throughput]
) -> None:
    threads, sockets = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    tested(server.url)
    assert threading.active_count() == threads
    assert len(list(Path("/proc/self/fd").iterdir())) == sockets


def test_a_transfer_that_is_closed_ends_at_once(server: SpeedServer) -> None:
    transfers = LiveTransfers(Server.at(server.url, TOKEN))
    running = transfers.run(Direction.UPLOAD, 50_000_000)
    for _ in range(5):
        next(running)
    began = time.monotonic()
    running.close()
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("direction", Direction)
def test_agents_that_go_away_half_way_are_no_news_to_the_server(tmp_path: Path, direction: Direction) -> None:
    # What the server said is looked at when it ends.
    with SpeedServer(tmp_path) as unlimited:
        for _ in range(3):
            running = LiveTransfers(Server.at(unlimited.url, TOKEN)).run(direction, 150_000_000)
            next(running)
            running.close()
        assert LiveTransfers(Server.at(unlimited.url, TOKEN)).quiet_trips_ms()


@pytest.mark.parametrize("direction", Direction)
def test_a_transfer_ends_by_itself_with_the_last_byte_asked_for(
    server: SpeedServer, direction: Direction
) -> None:
    ticks = list(LiveTransfers(Server.at(server.url, TOKEN)).run(direction, 400_000))
    assert ticks[-1].arrived == 400_000
    assert all(before.arrived <= after.arrived for before, after in pairwise(ticks))


def test_what_arrived_of_an_upload_is_counted_by_the_server(server: SpeedServer) -> None:
    ticks = LiveTransfers(Server.at(server.url, TOKEN)).run(Direction.UPLOAD, 100_000_000)
    for tick in ticks:
        if tick.at_s > 1:
            break
    ticks.close()
    # The server takes 40 Mbit/s; the buffers between would have swallowed many times as much at once.
    assert tick.arrived * 8 / 1e6 / tick.at_s < 44


def test_an_agent_whose_token_is_unknown_is_told_so(
    server: SpeedServer, tested: Callable[..., Throughput]
) -> None:
    with pytest.raises(ProbeFailed) as failed:
        tested(server.url, "a token nobody handed out")
    assert failed.value.reason is Reason.NOT_PERMITTED


def test_a_token_with_a_line_break_never_reaches_the_wire(tested: Callable[..., Throughput]) -> None:
    with pytest.raises(ProbeFailed) as failed:
        tested("http://127.0.0.1:1", "two\nlines of a token")
    assert failed.value.reason is Reason.NOT_CONFIGURED


def test_a_server_that_is_full_is_busy_and_no_failure_of_the_line(
    tmp_path: Path, tested: Callable[..., Throughput]
) -> None:
    with SpeedServer(tmp_path, "--most-tests", "1", "--most-mbps", "5") as full:
        first = LiveTransfers(Server.at(full.url, OTHER_TOKEN)).run(Direction.DOWNLOAD, 10_000_000)
        next(first)
        with pytest.raises(ProbeFailed) as failed:
            tested(full.url)
        first.close()
    assert failed.value.reason is Reason.SERVER_BUSY


def test_an_agent_that_had_its_bytes_for_today_is_told_so(
    tmp_path: Path, tested: Callable[..., Throughput]
) -> None:
    with SpeedServer(tmp_path, "--most-day-mb", "3") as sparing:
        tested(sparing.url, most_bytes=2_000_000)
        with pytest.raises(ProbeFailed) as failed:
            tested(sparing.url, most_bytes=2_000_000)
    assert failed.value.reason is Reason.SERVER_BUSY


def test_a_server_that_is_not_there_refuses(tested: Callable[..., Throughput]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        measured = tested(f"http://127.0.0.1:{nobody.getsockname()[1]}")
    assert measured.reason is Reason.REFUSED
    assert measured.download_mbps is measured.upload_mbps is None


PORTAL = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 30\r\n\r\n<html>Please sign in</html>    "
)


@pytest.mark.parametrize(
    "answer",
    [
        PORTAL,
        b"HTTP/1.1 302 Found\r\nLocation: http://portal.invalid/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nroomreach-speed: 2\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 201 Created\r\nroomreach-speed: 1\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 what\r\n\r\n",
        b"<html>no HTTP at all</html>",
        b"HTTP/1.1 200 OK\r\n" + b"x-more: and more\r\n" * 2_000,
    ],
)
def test_whoever_else_answers_has_intercepted_the_test(
    answer: bytes, tested: Callable[..., Throughput]
) -> None:
    with answering(answer) as url:
        assert tested(url).reason is Reason.INTERCEPTED


@pytest.mark.parametrize("answer", ["HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "what?"])
def test_whatever_stands_before_a_server_that_is_down_is_no_stranger_where_tls_said_who_it_is(
    answer: str,
) -> None:
    with pytest.raises(Failed) as failed:
        take_head(bytearray(answer, "ascii"), verified=True)
    assert failed.value.reason is Reason.SERVER_FAILURE


def test_a_connection_that_ends_before_tls_is_no_answer(tested: Callable[..., Throughput]) -> None:
    with answering(b"", then=lambda sock: sock.shutdown(socket.SHUT_WR)) as url:
        assert tested(url.replace("http:", "https:")).reason is Reason.NO_ANSWER


def test_a_server_that_refuses_to_speak_tls_has_failed(tested: Callable[..., Throughput]) -> None:
    handshake_failure = b"\x15\x03\x01\x00\x02\x02\x28"
    with answering(handshake_failure) as url:
        assert tested(url.replace("http:", "https:")).reason is Reason.SERVER_FAILURE


def test_plain_words_where_tls_was_expected_have_intercepted_the_test(
    tested: Callable[..., Throughput],
) -> None:
    with answering(PORTAL) as url:
        assert tested(url.replace("http:", "https:")).reason is Reason.INTERCEPTED


@pytest.mark.parametrize("then", [lambda _sock: None, lambda sock: sock.close()], ids=["silent", "closes"])
def test_silence_is_no_answer_and_takes_little_time(
    then: Callable[[socket.socket], object],
) -> None:
    began = time.monotonic()
    with answering(b"", then=then) as url:
        engine = OwnEngine(lambda _end: LiveTransfers(Server.at(url, TOKEN), patience_s=0.3))
        assert engine.test(Ask(target="server", most_bytes=MOST_BYTES)).reason is Reason.NO_ANSWER
    assert time.monotonic() - began < 3


def test_a_connection_lost_half_way_is_no_answer(tmp_path: Path) -> None:
    with SpeedServer(tmp_path, "--most-mbps", "5") as failing:
        running = LiveTransfers(Server.at(failing.url, TOKEN)).run(Direction.DOWNLOAD, 50_000_000)
        next(running)
        failing.process.kill()
        with pytest.raises(Failed) as failed:
            for _ in running:
                pass
    assert failed.value.reason is Reason.NO_ANSWER


HEAD = b"HTTP/1.1 200 OK\r\nroomreach-speed: 1\r\nContent-Length: 1600000\r\n\r\n"


@contextlib.contextmanager
def joined() -> Iterator[tuple[Line, socket.socket]]:
    """A line, and what is at its other end."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    with theirs, Line(ours) as line:
        yield line, theirs


def test_a_download_that_falls_silent_half_way_is_no_answer() -> None:
    with joined() as (line, server):
        flow = Download([line], 1_600_000)
        server.sendall(HEAD + bytes(1_000))
        assert [moment.arrived for moment in flow.step(1.0)] == [1_000]
        assert flow.step(1.0 + PATIENCE_S)
        with pytest.raises(Failed) as failed:
            flow.step(1.1 + PATIENCE_S)
    assert failed.value.reason is Reason.NO_ANSWER


def test_an_upload_cannot_be_made_smaller_on_its_way() -> None:
    with joined() as (first, one), joined() as (second, other), joined() as (counter, server):
        flow = Upload([first, second], counter, [400_000, 400_000])
        server.sendall(RECORD.pack(0, 0))
        taken = bytearray()
        # As both would lie beside each other in a tunnel, while the kernel takes what it has room for.
        while len(taken) < 600_000:
            flow.step(0.0)
            taken += one.recv(3_000) + other.recv(3_000)
    assert len(zlib.compress(taken, 9)) >= len(taken)


def test_an_upload_of_which_nothing_more_arrives_is_no_answer() -> None:
    with joined() as (line, _), joined() as (counter, server):
        flow = Upload([line], counter, [10_000_000])
        server.sendall(RECORD.pack(0, 0) + RECORD.pack(1_000_000, 1_000))
        assert [moment.arrived for moment in flow.step(1.0)] == [0, 1_000]
        server.sendall(RECORD.pack(2_000_000, 1_000))
        assert flow.step(1.0 + PATIENCE_S)
        server.sendall(RECORD.pack(3_000_000, 1_000))
        with pytest.raises(Failed) as failed:
            flow.step(1.1 + PATIENCE_S)
    assert failed.value.reason is Reason.NO_ANSWER


@pytest.mark.parametrize(
    "url", ["", "ftp://speed.example", "http://", "speed.example", "http://a:b@c", "http://x:99999"]
)
def test_what_is_no_address_is_a_fault_of_the_settings(url: str, tested: Callable[..., Throughput]) -> None:
    with pytest.raises(ProbeFailed) as failed:
        tested(url)
    assert failed.value.reason is Reason.NOT_CONFIGURED


def test_the_building_s_reference_agent_is_no_business_of_this_engine(server: SpeedServer) -> None:
    engine = ENGINES["own"](
        SimpleNamespace(server=server.url, token_file=None), SimpleNamespace(root=Path("/"))
    )
    with pytest.raises(ProbeFailed):
        engine.test(Ask(target="reference", most_bytes=1))
