"""Fifty agents at one speed server at once."""

import os
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from roomreach.measurement import Throughput
from roomreach_agent.engines import Ask
from roomreach_agent.engines.direction import Direction
from roomreach_agent.engines.own.engine import OwnEngine
from roomreach_agent.engines.own.line import Line
from roomreach_agent.engines.own.live import LiveTransfers
from roomreach_agent.engines.own.server import Server
from speed_servers import SpeedServer

AGENTS = 50
TOTAL_MBPS = 20
LASTS_S = 5.0
MOST_BYTES = 400_000
TRIES = 3
PATIENCE_S = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeedServer]:
    tokens = tuple(f"the token of agent {n:02}" for n in range(AGENTS))
    folder = tmp_path_factory.mktemp("speed")
    limits = ("--most-mbps", str(TOTAL_MBPS), "--most-tests", "500", "--most-agent-tests", "10")
    with SpeedServer(folder, *limits, tokens=tokens) as running:
        yield running


def way(server: SpeedServer, number: int) -> LiveTransfers:
    # All fifty are in one process here, so each looks at its bytes less often than an agent of its own would.
    return LiveTransfers(Server.at(server.url, f"the token of agent {number:02}"), nap_s=0.03)


def at_once(*work: threading.Thread) -> None:
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()


def rates_at_once(server: SpeedServer, direction: Direction) -> list[float]:
    """What each of fifty agents gets while all of them are there, Mbit/s."""
    all_here = threading.Barrier(AGENTS)
    rates: dict[int, float] = {}

    def run(number: int) -> None:
        with closing(way(server, number).run(direction, 50_000_000)) as ticks:
            next(ticks)
            all_here.wait(PATIENCE_S)
            # While the others were still coming, there was more for each.
            began_s = time.monotonic() + 0.5
            first = next(tick for tick in ticks if time.monotonic() >= began_s)
            last = next(tick for tick in ticks if tick.at_s >= first.at_s + LASTS_S)
            rates[number] = (last.arrived - first.arrived) / (last.at_s - first.at_s) * 8 / 1e6
            # Whoever left now would leave his share to those that are still measured.
            next(tick for tick in ticks if len(rates) == AGENTS or tick.at_s > last.at_s + PATIENCE_S)

    at_once(*(threading.Thread(target=run, args=(number,)) for number in range(AGENTS)))
    assert len(rates) == AGENTS
    return list(rates.values())


@pytest.mark.parametrize("direction", Direction)
def test_fifty_agents_at_once_share_the_server_equally(server: SpeedServer, direction: Direction) -> None:
    for _ in range(TRIES):
        rates = rates_at_once(server, direction)
        together = sum(rates)
        print(f"\n{direction}, Mbit/s: {min(rates):.3f} to {max(rates):.3f}, together {together:.1f}")
        # Each looks at its own moments, so that their sum may be a little above what there is to share.
        assert together <= TOTAL_MBPS * 1.1
        # Where fifty threads cannot take what the server gives, this machine did the sharing.
        if together >= TOTAL_MBPS * 0.9:
            break
    else:
        pytest.fail(f"fifty agents took no more than {together:.1f} of {TOTAL_MBPS} Mbit/s, {TRIES} times")
    mean = together / AGENTS
    assert all(abs(rate / mean - 1) <= 0.2 for rate in rates)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """Bytes that went through each thread's connections, by the kernel's count when each was closed."""
    counts: Counter[int] = Counter()
    leave = Line.__exit__

    def counting(line: Line, *how: Any) -> None:
        with socket.socket(fileno=os.dup(line.fileno())) as same:
            told = same.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 208)
        # tcpi_bytes_received and tcpi_bytes_sent
        counts[threading.get_ident()] += sum(struct.unpack_from("=Q", told, at)[0] for at in (128, 200))
        leave(line, *how)

    monkeypatch.setattr(Line, "__exit__", counting)
    return counts


def test_none_of_fifty_agents_costs_more_than_it_may(server: SpeedServer, counted: Counter[int]) -> None:
    found: dict[int, Throughput] = {}

    def run(number: int) -> None:
        engine = OwnEngine(lambda _end: way(server, number))
        found[number] = engine.test(Ask(target="server", most_bytes=MOST_BYTES))

    at_once(*(threading.Thread(target=run, args=(number,)) for number in range(AGENTS)))
    assert [one.reason for one in found.values()] == [None] * AGENTS
    assert len(counted) == AGENTS
    print(f"\nfrom {min(counted.values())} to {max(counted.values())} of {MOST_BYTES} bytes")
    assert max(counted.values()) <= 1.05 * MOST_BYTES
