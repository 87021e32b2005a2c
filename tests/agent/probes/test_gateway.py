"""The default gateway, in the kernel's tables; asking it for real is in `echo/test_icmp.py`."""

import sys
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.measurement import Gateway, Method, NotMeasured, Reason
from roomreach_agent import rounds
from roomreach_agent.echo import Echo
from roomreach_agent.probes.gateway import GatewayProbe
from roomreach_agent.routes import Route, parse_v4, parse_v6

HEADER = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
V4 = HEADER + (
    "wlan0\t00000000\t010200C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
    "eth0\t00000000\t020200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
    "eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
)
LOOPBACK = HEADER + "lo\t00000000\t0100007F\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
MODEM = HEADER + "wwan0\t00000000\t00000000\t0001\t0\t0\t700\t00000000\t0\t0\t0\n"
REFUSING = HEADER + "*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n"
ZEROS = "0" * 32
V6 = (
    f"fe800000000000000000000000000000 40 {ZEROS} 00 {ZEROS} 00000100 00000001 00000000 00000001     eth0\n"
    f"{ZEROS} 00 {ZEROS} 00 fe800000000000000000000000000001 00000400 00000002 00000000 00000003     eth0\n"
    f"{ZEROS} 00 {ZEROS} 00 {ZEROS} ffffffff 00000001 00000000 00200200       lo\n"
)
QUICK = Echo(count=2, gap_s=0.01, icmp_patience_s=0.1, tcp_patience_s=0.1)

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="recorded on a little-endian machine")


@little_endian
def test_every_default_route_is_read_with_what_it_costs():
    anywhere = IPv4Network("0.0.0.0/0")
    assert parse_v4(V4) == [
        Route(600, "wlan0", "192.0.2.1", anywhere),
        Route(100, "eth0", "192.0.2.2", anywhere),
    ]


def test_the_default_route_that_refuses_everything_is_no_way_out():
    assert parse_v6(V6) == [Route(0x400, "eth0", "fe80::1", IPv6Network("::/0"))]
    assert parse_v4(REFUSING) == []


@little_endian
def test_a_gateway_is_asked_and_the_method_is_told(tmp_path: Path):
    (tmp_path / "route").write_text(LOOPBACK)
    (found,) = rounds.take([GatewayProbe(echo=QUICK, tables=tmp_path)])
    assert isinstance(found, Gateway)
    assert (found.reason, found.sent, found.received) == (None, 2, 2)
    assert found.method in set(Method)


def test_without_tables_or_default_route_there_is_no_way_out(tmp_path: Path):
    probe = GatewayProbe(echo=QUICK, tables=tmp_path)
    assert rounds.take([probe]) == (Gateway(reason=Reason.NO_ROUTE),)
    (tmp_path / "route").write_text(HEADER)
    (tmp_path / "ipv6_route").write_text(V6.splitlines()[2])
    assert rounds.take([probe]) == (Gateway(reason=Reason.NO_ROUTE),)


def test_a_gateway_beyond_an_interface_that_has_gone_is_no_way_out(tmp_path: Path):
    (tmp_path / "ipv6_route").write_text(V6.replace("eth0", "gone99"))
    assert rounds.take([GatewayProbe(echo=QUICK, tables=tmp_path)]) == (Gateway(reason=Reason.NO_ROUTE),)


def test_a_modem_s_line_has_no_router_to_ask(tmp_path: Path):
    (tmp_path / "route").write_text(MODEM)
    assert rounds.take([GatewayProbe(echo=QUICK, tables=tmp_path)]) == (
        NotMeasured(of="gateway", reason=Reason.NOT_CONFIGURED, detail="the way out leads through no router"),
    )


_WORDS = st.sampled_from(
    ["00000000", ZEROS, "00", "0003", "eth0", "\n", "\t", " ", "FFFFFFFFF", "-1", "x", "0" * 31, "fe80"]
)
_TEXT = st.one_of(st.text(), st.lists(_WORDS, max_size=60).map(" ".join))


@given(_TEXT)
def test_any_text_gives_routes_or_none(text):
    for route in (*parse_v4(text), *parse_v6(text)):
        assert isinstance(route, Route)
