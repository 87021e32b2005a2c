"""Ports of the loopback address, and no other."""

import socket

import pytest

from roomreach.errors import Misconfigured
from roomreach_hub import ports


def test_a_port_in_use_is_refused_in_words() -> None:
    with ports.listen(0) as taken:
        port = taken.getsockname()[1]
        assert not ports.free(port)
        with pytest.raises(Misconfigured, match=f"Port {port} cannot be used"):
            ports.listen(port)


def test_a_port_in_use_on_every_address_is_not_free_either() -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))  # noqa: S104 - the neighbour's mistake, not ours
        taken.listen()
        assert not ports.free(taken.getsockname()[1])


def test_the_next_free_port_is_found_above_the_one_in_use() -> None:
    with ports.listen(0) as taken:
        port = taken.getsockname()[1]
        assert port < ports.next_free(port) <= port + 100


def test_a_port_just_left_is_free_again() -> None:
    with ports.listen(0) as server:
        port = server.getsockname()[1]
        with socket.create_connection((ports.LOOPBACK, port)) as client, server.accept()[0] as mine:
            mine.shutdown(socket.SHUT_RDWR)
            assert client.recv(1) == b""
    assert ports.free(port)


def test_whoever_listens_answers_on_the_loopback_address_alone() -> None:
    with ports.listen(0) as server:
        address, port = server.getsockname()
        assert address == "127.0.0.1"
        assert ports.answers(port)
    assert not ports.answers(port)
