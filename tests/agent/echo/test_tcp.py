"""Round trips by TCP connections, on this machine's loopback."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from roomreach.measurement import Method, Reason
from roomreach_agent.echo import tcp
from roomreach_agent.hosts import Address
from servers import free_port

HERE = Address(socket.AF_INET, ("127.0.0.1", 0))
HERE_V6 = Address(socket.AF_INET6, ("::1", 0, 0, 0))


@contextmanager
def _listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def _silent() -> Iterator[int]:
    """A port that answers nothing: its queue is full, and Linux drops the packets of whoever comes then."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        where = server.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(where)
        time.sleep(0.05)
        try:
            yield where[1]
        finally:
            for one in waiting:
                one.close()


def _knocks_on(server: socket.socket) -> int:
    server.settimeout(0)
    knocks = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            knocks += 1
    return knocks


def test_a_host_that_takes_the_connection_is_alive():
    with _listening() as port:
        trips = tcp.ask(HERE, (port,), count=3, gap_s=0.01, patience_s=1)
    assert trips.reason is None
    assert (trips.method, trips.sent, len(trips.times_ms)) == (Method.TCP, 3, 3)
    assert all(0 < ms < 1000 for ms in trips.times_ms)


def test_a_host_that_refuses_the_connection_is_just_as_alive():
    trips = tcp.ask(HERE, (free_port(),), count=3, gap_s=0.01, patience_s=1)
    assert trips.reason is None
    assert len(trips.times_ms) == 3


def test_a_host_that_stays_silent_did_not_answer():
    with _silent() as port:
        begun = time.monotonic()
        trips = tcp.ask(HERE, (port,), count=2, gap_s=0.01, patience_s=0.1)
        took = time.monotonic() - begun
    assert trips.reason is Reason.NO_ANSWER
    assert (trips.sent, trips.times_ms) == (2, ())
    assert 0.2 <= took < 1


def test_a_filtered_port_beside_one_that_answers_is_no_lost_packet():
    with _silent() as filtered, _listening() as port:
        trips = tcp.ask(HERE, (filtered, port), count=4, gap_s=0.01, patience_s=1)
    assert len(trips.times_ms) == 4


def test_once_a_port_has_answered_no_other_is_knocked_on():
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        ports = (first.getsockname()[1], second.getsockname()[1])
        tcp.ask(HERE, ports, count=10, gap_s=0, patience_s=1)
        knocks = [_knocks_on(server) for server in (first, second)]
    assert max(knocks) == 10
    assert min(knocks) <= 1


def test_a_host_to_which_no_way_is_known_is_told_from_a_silent_one():
    # Nobody can connect to everybody: the kernel refuses without sending a packet.
    trips = tcp.ask(Address(socket.AF_INET, ("255.255.255.255", 0)), (80,), 2, 0.01, 0.1)
    assert trips.reason is Reason.NO_ROUTE


def test_attempts_keep_their_distance():
    begun = time.monotonic()
    tcp.ask(HERE, (free_port(),), count=4, gap_s=0.05, patience_s=1)
    assert time.monotonic() - begun >= 0.15


def test_a_host_is_asked_by_its_second_protocol_too():
    trips = tcp.ask(HERE_V6, (free_port(),), count=1, gap_s=0, patience_s=1)
    assert trips.reason in {None, Reason.NO_ROUTE}  # a machine may have no IPv6 at all
