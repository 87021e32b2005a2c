"""Round trips by ICMP: refused where the kernel refuses, and real in a network namespace of our own."""

import json
import os
import socket
import subprocess
import sys

import pytest

from roomreach_agent.echo import icmp

# A network of its own, in which everybody may ping: one host that answers (ourselves), a cable at whose other
# end nobody does, and otherwise no way anywhere. One neighbour's hardware address is known all the same, so
# that packets leave for it and are lost; any other is not even found.
_NETWORK = """
set -e
echo "0 2147483647" > /proc/sys/net/ipv4/ping_group_range
ip link set lo up
ip link add silent type veth peer name nobody
ip addr add 192.0.2.1/24 dev silent
ip link set silent up
ip link set nobody up
ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev silent
"""


def _in_namespace(script: str, network: str = "") -> object:
    """Run Python in a new network namespace and give what it prints, as JSON."""
    shell = f'{_NETWORK}{network}\nexec "$0" -c "$1"'
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", shell, sys.executable, script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"},
    )
    if done.returncode and not done.stderr.startswith("Traceback"):
        lacking = f"this user may make no network namespace with a cable in it: {done.stderr.strip()}"
        if os.environ.get("ROOMREACH_REQUIRE") == "all":
            pytest.fail(lacking)
        pytest.skip(lacking)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


_ASK = """
import json, socket, sys
from roomreach_agent.echo import Echo
from roomreach_agent.hosts import Address
def ask(family, *where):
    trips = Echo(count=3, gap_s=0.02, icmp_patience_s=0.3).ask(Address(family, where))
    return [trips.method, trips.sent, len(trips.times_ms), trips.reason, max(trips.times_ms, default=0)]
"""


def test_where_everybody_may_ping_a_host_answers_by_icmp():
    method, sent, received, reason, slowest = _in_namespace(
        f"{_ASK}print(json.dumps(ask(socket.AF_INET, '127.0.0.1', 0)))"
    )
    assert (method, sent, received, reason) == ("icmp", 3, 3, None)
    assert 0 < slowest < 300


def test_a_host_answers_by_icmp_of_the_newer_protocol_too():
    method, _, received, reason, _ = _in_namespace(
        f"{_ASK}print(json.dumps(ask(socket.AF_INET6, '::1', 0, 0, 0)))"
    )
    assert (method, received, reason) == ("icmp", 3, None)


@pytest.mark.parametrize("address", ["192.0.2.9", "192.0.2.10"], ids=["lost", "not found"])
def test_a_host_that_ignores_pings_did_not_answer(address):
    method, sent, received, reason, _ = _in_namespace(
        f"{_ASK}print(json.dumps(ask(socket.AF_INET, '{address}', 0)))"
    )
    assert (method, sent, received, reason) == ("icmp", 3, 0, "no_answer")


@pytest.mark.parametrize(
    "route",
    ["", "ip route add unreachable 198.51.100.0/24", "ip route add prohibit 198.51.100.0/24"],
    ids=["none", "unreachable", "prohibited"],
)
def test_where_the_routing_table_says_no_nothing_is_sent(route):
    _, sent, received, reason, _ = _in_namespace(
        f"{_ASK}print(json.dumps(ask(socket.AF_INET, '198.51.100.7', 0)))", route
    )
    assert (sent, received, reason) == (0, 0, "no_route")


def test_two_that_ask_the_same_host_at_once_hear_only_their_own_answers():
    script = f"""{_ASK}
from threading import Thread
found = []
both = [Thread(target=lambda: found.append(ask(socket.AF_INET, '127.0.0.1', 0))) for _ in range(4)]
[one.start() for one in both]
[one.join() for one in both]
print(json.dumps(found))
"""
    assert [trips[2] for trips in _in_namespace(script)] == [3, 3, 3, 3]


@pytest.mark.parametrize(
    ("packet", "sequence"),
    [
        (b"\0\0\0\0\0\1\0\7" + b"ourtoken", 7),
        (b"\0\0\0\0\0\1\0\7" + b"another1", None),
        (b"\3\1\0\0\0\1\0\7" + b"ourtoken", None),
        (b"\0\0\0", None),
    ],
    ids=["ours", "somebody else's", "no echo", "cut short"],
)
def test_only_an_echo_of_our_own_token_is_an_answer(packet, sequence):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        theirs.send(packet)
        assert icmp._answered(ours, 0, b"ourtoken", 0.1) == sequence


def test_a_default_gateway_of_the_kernel_is_asked_for_real():
    script = """
import json
from roomreach_agent.echo import Echo
from roomreach_agent.probes.gateway import GatewayProbe
(found,) = GatewayProbe(echo=Echo(count=2, gap_s=0.01, icmp_patience_s=0.2)).measure()
print(json.dumps([found.method, found.sent, found.reason]))
"""
    assert _in_namespace(script, "ip route add default via 192.0.2.254") == ["icmp", 2, "no_answer"]


def test_a_machine_without_a_default_route_has_no_way_out():
    script = """
import json
from roomreach_agent.probes.gateway import GatewayProbe
(found,) = GatewayProbe().measure()
print(json.dumps([found.kind, found.outcome, found.reason]))
"""
    assert _in_namespace(script) == ["gateway", "failed", "no_route"]


def test_where_nobody_may_ping_the_answer_says_that_tcp_was_asked():
    # A first group above the last is the kernel's way to write that no group may.
    method, sent, received, reason, slowest = _in_namespace(
        f"{_ASK}print(json.dumps(ask(socket.AF_INET, '127.0.0.1', 0)))",
        'echo "1 0" > /proc/sys/net/ipv4/ping_group_range',
    )
    assert (method, sent, received, reason) == ("tcp", 3, 3, None)
    assert 0 < slowest < 300
