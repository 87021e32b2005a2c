"""Hosts, as a line of settings names them."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach_agent.failures import ProbeFailed
from roomreach_agent.hosts import Address, Host


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("hub.example", Host("hub.example")),
        ("hub.example:8443", Host("hub.example", 8443)),
        ("192.0.2.1", Host("192.0.2.1")),
        ("192.0.2.1:53", Host("192.0.2.1", 53)),
        ("2001:db8::1", Host("2001:db8::1")),
        ("::1", Host("::1")),
        ("[2001:db8::1]", Host("2001:db8::1")),
        ("[2001:db8::1]:443", Host("2001:db8::1", 443)),
    ],
)
def test_a_host_is_read_with_its_port(text, host):
    assert Host.parse(text) == host


@pytest.mark.parametrize("text", ["", "a b", "host:", "host:0", "host:65536", "http://host", "[::1", ":80"])
def test_what_is_no_host_is_refused(text):
    with pytest.raises(ValueError, match="expected"):
        Host.parse(text)


@given(st.text())
def test_any_text_is_a_host_or_refused(text):
    try:
        found = Host.parse(text).name
    except ValueError as exc:
        found = str(exc)
    assert found


def test_an_address_is_found_and_takes_any_port():
    assert Host("127.0.0.1").find(1).at(80) == ("127.0.0.1", 80)
    assert Address(socket.AF_INET6, ("fe80::1", 0, 0, 3)).at(80) == ("fe80::1", 80, 0, 3)


@pytest.mark.parametrize("name", ["nobody.invalid", "x" * 70, "a..b"])
def test_a_name_nobody_knows_is_a_failure_that_does_not_repeat_it(name):
    with pytest.raises(ProbeFailed) as caught:
        Host(name).find(5)
    assert name not in caught.value.detail
