"""The kernel counts what a test costs, at the interface through which it goes."""

import socket
import threading
from pathlib import Path

import pytest

from roomreach_agent.hosts import Host
from roomreach_agent.testing.meter import KernelMeter

ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0
wlan1\t00000000\t0100000A\t0002\t0\t0\t1\t00000000\t0\t0\t0
*\t070200C0\t00000000\t0201\t0\t0\t0\tFFFFFFFF\t0\t0\t0
nonsense
"""
INTERFACES = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
"""  # noqa: E501 - as the kernel writes it
ROUTES_V6 = """\
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
20010db8000000000000000000000000 20 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001    wlan0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
"""  # noqa: E501 - as the kernel writes it


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/route").write_text(ROUTES)
    (tmp_path / "proc/net/ipv6_route").write_text(ROUTES_V6)
    (tmp_path / "proc/net/dev").write_text(INTERFACES)
    for interface in ("eth0", "wlan0", "lo"):
        count(tmp_path, interface, 1000, 500)
    return tmp_path


def count(machine: Path, interface: str, received: int, sent: int) -> None:
    table = machine / "proc/net/dev"
    others = [line for line in table.read_text().splitlines() if f" {interface}:" not in line]
    others.append(f" {interface}: {received} 1 0 0 0 0 0 0 {sent} 1 0 0 0 0 0 0")
    table.write_text("\n".join(others))


def without(machine: Path, interface: str) -> None:
    table = machine / "proc/net/dev"
    table.write_text(
        "\n".join(line for line in table.read_text().splitlines() if f" {interface}:" not in line)
    )


@pytest.mark.parametrize(
    ("host", "through"),
    [
        (Host("192.168.1.20"), "wlan0"),
        (Host("192.0.2.7"), "eth0"),
        (Host("2001:db8::7"), "wlan0"),
        (Host("2001:4860::1"), "eth0"),
        (None, "eth0"),
    ],
)
def test_it_counts_both_ways_at_the_interface_that_leads_there(
    machine: Path, host: Host | None, through: str
) -> None:
    passed = KernelMeter(machine).start(host)
    assert passed() == 0
    for interface in ("eth0", "wlan0", "lo"):
        count(machine, interface, 1000 + (7000 if interface == through else 1), 500 + 300)
    assert passed() == 7000 + 300


@pytest.mark.parametrize("host", [Host("127.0.0.1"), Host("127.0.0.2"), Host("::1")])
def test_what_stays_on_this_machine_passes_once(machine: Path, host: Host) -> None:
    passed = KernelMeter(machine).start(host)
    count(machine, "lo", 1000 + 7000, 500 + 7000)
    assert passed() == 7000


def test_through_a_tunnel_that_begins_on_this_machine_the_way_out_is_counted(machine: Path) -> None:
    passed = KernelMeter(machine).start(Host("127.0.0.1", 8805))
    count(machine, "lo", 1000 + 7000, 500 + 7000)
    count(machine, "eth0", 1000 + 7000, 500 + 900)
    assert passed() == 7900, "what SSH adds is paid for too"
    (machine / "proc/net/route").write_text("")
    (machine / "proc/net/ipv6_route").write_text("")
    assert KernelMeter(machine).start(Host("127.0.0.1"))() == 0, "a machine without a way out has its own"


def test_nobody_knows_where_the_interface_is_new_gone_or_not_to_be_found(machine: Path) -> None:
    passed = KernelMeter(machine).start(Host("192.0.2.7"))
    count(machine, "eth0", 3, 4)
    assert passed() is None, "it came again, and counts from 0"
    without(machine, "eth0")
    assert passed() is None
    (machine / "proc/net/route").write_text("")
    assert KernelMeter(machine).start(Host("192.0.2.7"))() is None
    assert KernelMeter(machine).start(Host("nowhere.invalid"))() is None


def test_this_machine_s_kernel_counts_what_really_passes() -> None:
    size = 3_000_000
    with socket.create_server(("127.0.0.1", 0)) as server:
        passed = KernelMeter().start(Host("127.0.0.1"))

        def send() -> None:
            with socket.create_connection(server.getsockname()) as sending:
                sending.sendall(bytes(size))

        sender = threading.Thread(target=send)
        sender.start()
        taken, _ = server.accept()
        with taken:
            while taken.recv(1 << 20):
                pass
        sender.join()
    # Others use the loopback of this machine too.
    assert size <= (passed() or 0) < size * 30
