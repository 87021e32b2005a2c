"""Looking names up: real questions to a DNS server on this machine's loopback, which does what it is told."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.measurement import Names, NotMeasured, Reason
from roomreach_agent import rounds
from roomreach_agent.hosts import Host
from roomreach_agent.probes.names import NamesProbe, parse, query
from servers import free_port

Handler = Callable[[dns.message.Message, str], bytes | None]


class Server:
    """A DNS server: UDP and TCP on one port, answering by the handler it is given."""

    def __init__(self, handler: Handler) -> None:
        self.asked: list[tuple[str, str]] = []
        self._handler = handler
        self._stop = threading.Event()
        self.port = free_port()
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self._tcp = socket.create_server(("127.0.0.1", self.port))
        for sock in (self._udp, self._tcp):
            sock.settimeout(0.05)
        self._threads = [threading.Thread(target=serve) for serve in (self._serve_udp, self._serve_tcp)]

    def _answer(self, wire: bytes, way: str) -> bytes | None:
        question = dns.message.from_wire(wire)
        self.asked.append((way, question.question[0].to_text()))
        return self._handler(question, way)

    def _serve_udp(self) -> None:
        while not self._stop.is_set():
            try:
                wire, client = self._udp.recvfrom(4096)
            except TimeoutError:
                continue
            if (answer := self._answer(wire, "udp")) is not None:
                self._udp.sendto(answer, client)

    def _serve_tcp(self) -> None:
        while not self._stop.is_set():
            try:
                client, _ = self._tcp.accept()
            except TimeoutError:
                continue
            with client:
                client.settimeout(1)
                size = struct.unpack("!H", client.recv(2))[0]
                if (answer := self._answer(client.recv(size), "tcp")) is not None:
                    # In two pieces, as a network may deliver it.
                    client.sendall(struct.pack("!H", len(answer)) + answer[:5])
                    time.sleep(0.01)
                    client.sendall(answer[5:])

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._udp.close()
        self._tcp.close()


def saying(rcode: dns.rcode.Rcode, flags: int = 0) -> Handler:
    def handle(question: dns.message.Message, _way: str) -> bytes:
        answer = dns.message.make_response(question)
        answer.set_rcode(rcode)
        answer.flags |= flags
        return answer.to_wire()

    return handle


@contextmanager
def resolving(handler: Handler, folder: Path, **settings) -> Iterator[tuple[Server, NamesProbe]]:
    resolvers = folder / "resolv.conf"
    resolvers.write_text("search example.org\nnameserver 127.0.0.1\n")
    with Server(handler) as server:
        yield server, NamesProbe(**{"resolvers": resolvers, "port": server.port, "within_s": 0.2} | settings)


@pytest.mark.parametrize(
    ("rcode", "reason"),
    [
        (dns.rcode.NOERROR, None),
        (dns.rcode.NXDOMAIN, None),
        (dns.rcode.SERVFAIL, Reason.SERVER_FAILURE),
        (dns.rcode.REFUSED, Reason.REFUSED),
        (dns.rcode.NOTIMP, Reason.SERVER_FAILURE),
    ],
)
def test_the_response_code_decides_and_is_kept(rcode, reason, tmp_path):
    with resolving(saying(rcode), tmp_path) as (server, probe):
        (found,) = rounds.take([probe])
    assert isinstance(found, Names)
    assert (found.target, found.reason, found.rcode) == ("site", reason, rcode)
    assert 0 < found.answer_ms < 200
    assert server.asked == [("udp", ". IN SOA")]


def test_a_silent_resolver_is_asked_once_more_and_then_did_not_answer(tmp_path):
    with resolving(lambda *_: None, tmp_path) as (server, probe):
        assert rounds.take([probe]) == (Names(target="site", reason=Reason.NO_ANSWER),)
    assert len(server.asked) == 2


def test_one_lost_question_is_repeated_and_its_wait_is_not_counted(tmp_path):
    first = iter([None])
    answer = saying(dns.rcode.NOERROR)
    with resolving(lambda q, way: next(first, answer(q, way)), tmp_path) as (server, probe):
        (found,) = rounds.take([probe])
    assert found.reason is None
    assert found.answer_ms < 200
    assert len(server.asked) == 2


def test_an_answer_cut_short_is_fetched_whole_by_tcp(tmp_path):
    def handle(question: dns.message.Message, way: str) -> bytes:
        cut = dns.flags.TC if way == "udp" else 0
        return saying(dns.rcode.NOERROR, cut)(question, way)

    with resolving(handle, tmp_path) as (server, probe):
        (found,) = rounds.take([probe])
    assert (found.reason, found.rcode) == (None, 0)
    assert [way for way, _ in server.asked] == ["udp", "tcp"]


@pytest.mark.parametrize(
    "noise",
    [
        b"",
        b"no message at all",
        dns.message.make_response(dns.message.make_query("elsewhere.example", "A")).to_wire(),
    ],
    ids=["nothing", "garbage", "somebody else's answer"],
)
def test_bytes_that_do_not_answer_the_question_are_passed_over(noise, tmp_path):
    with resolving(lambda *_: noise, tmp_path) as (_, probe):
        assert rounds.take([probe]) == (Names(target="site", reason=Reason.NO_ANSWER),)


def test_a_host_that_is_no_resolver_refused(tmp_path):
    resolvers = tmp_path / "resolv.conf"
    resolvers.write_text("nameserver 127.0.0.1\n")
    found = rounds.take([NamesProbe(resolvers=resolvers, port=free_port())])
    assert found == (Names(target="site", reason=Reason.REFUSED),)


@pytest.mark.parametrize("text", [None, "", "# nothing\nsearch example.org\n", "nameserver not-an-address\n"])
def test_without_a_resolver_nobody_is_asked(text, tmp_path):
    resolvers = tmp_path / "resolv.conf"
    if text is not None:
        resolvers.write_text(text)
    assert rounds.take([NamesProbe(resolvers=resolvers)]) == (
        Names(target="site", reason=Reason.NO_RESOLVER),
    )


def test_when_the_first_of_two_resolvers_is_silent_the_second_is_asked(tmp_path):
    resolvers = tmp_path / "resolv.conf"
    resolvers.write_text("nameserver 127.0.0.2\nnameserver 127.0.0.1\n")
    with resolving(saying(dns.rcode.NOERROR), tmp_path, resolvers=resolvers) as (server, probe):
        (found,) = rounds.take([probe])
    assert found.reason is None
    assert len(server.asked) == 1


def test_the_other_resolver_is_asked_beside_the_building_s(tmp_path):
    with (
        resolving(saying(dns.rcode.NOERROR), tmp_path) as (other, _),
        resolving(saying(dns.rcode.SERVFAIL), tmp_path, other=Host("127.0.0.1", other.port)) as (_, probe),
    ):
        site, beside = rounds.take([probe])
    assert (site.target, site.reason) == ("site", Reason.SERVER_FAILURE)
    assert (beside.target, beside.reason) == ("other", None)


def test_a_random_label_is_new_each_time_so_that_no_cache_knows_it(tmp_path):
    with resolving(saying(dns.rcode.NXDOMAIN), tmp_path, question="{random}.probe.example") as (
        server,
        probe,
    ):
        rounds.take([probe])
        rounds.take([probe])
    (_, first), (_, second) = server.asked
    assert first != second
    assert first.endswith(".probe.example. IN A")
    assert len(first.partition(".")[0]) == 8


def test_a_question_that_is_no_name_could_not_be_asked(tmp_path):
    with resolving(saying(dns.rcode.NOERROR), tmp_path, question="a" * 64) as (server, probe):
        (found,) = rounds.take([probe])
    assert isinstance(found, NotMeasured)
    assert (found.of, found.target, found.reason) == ("names", "site", Reason.NOT_CONFIGURED)
    assert server.asked == []


def test_the_root_is_asked_for_its_authority_and_a_name_for_its_address():
    assert query(".").question[0].to_text() == ". IN SOA"
    assert query("example.org").question[0].to_text() == "example.org. IN A"


def test_three_resolvers_are_read_in_order_and_no_more():
    first = "nameserver 192.0.2.1\n nameserver\t2001:db8::1 # home\n"
    assert parse(f"{first}nameserver fe80::1%eth0\nnameserver 192.0.2.4\n") == (
        "192.0.2.1",
        "2001:db8::1",
        "fe80::1%eth0",
    )


@given(st.text())
def test_any_text_gives_resolvers_or_none(text):
    assert len(parse(text)) <= 3
