"""Does a host answer a TCP connection, be it by refusing it?"""

import contextlib
import errno
import selectors
import socket
import time
from time import perf_counter

from roomreach.measurement import Method
from roomreach_agent.echo.trips import Trips, is_no_route
from roomreach_agent.hosts import Address

_UNDER_WAY = {errno.EINPROGRESS, errno.EAGAIN, errno.EINTR}
# A refusal (RST) is an answer: somebody is there.
_ALIVE = {0, errno.ECONNREFUSED, errno.ECONNRESET}


def ask(address: Address, ports: tuple[int, ...], count: int, gap_s: float, patience_s: float) -> Trips:
    """Try ``count`` times, ``gap_s`` apart, each for at most ``patience_s``.

    Knocks on all ports at once until one answers, then on that one only: a port that somebody filters is no
    lost packet.
    """
    times: list[float] = []
    lost_ways = 0
    begun = perf_counter()
    for number in range(count):
        time.sleep(max(0.0, begun + number * gap_s - perf_counter()))
        answered, took_ms, lost_way = _knock(address, ports, patience_s)
        lost_ways += lost_way
        if answered is not None:
            ports = (answered,)
            times.append(took_ms)
    return Trips(method=Method.TCP, sent=count, times_ms=tuple(times), no_route=lost_ways == count)


def _knock(address: Address, ports: tuple[int, ...], patience_s: float) -> tuple[int | None, float, bool]:
    """Give the first port to answer and after how many ms; else None, and whether no way was known."""
    begun = perf_counter()
    ways = 0
    with contextlib.ExitStack() as opened, selectors.DefaultSelector() as waiting:
        for port in ports:
            try:
                sock = opened.enter_context(socket.socket(address.family, socket.SOCK_STREAM))
            except OSError:
                continue  # this kernel does not speak the address's protocol
            sock.settimeout(0)
            error = sock.connect_ex(address.at(port))
            if error in _ALIVE:
                return port, (perf_counter() - begun) * 1000, False
            if error in _UNDER_WAY:
                ways += 1
                waiting.register(sock, selectors.EVENT_WRITE, (port, sock))
        while waiting.get_map() and (left_s := begun + patience_s - perf_counter()) > 0:
            for key, _ in waiting.select(left_s):
                took_ms = (perf_counter() - begun) * 1000
                port, sock = key.data
                error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if error in _ALIVE:
                    return port, took_ms, False
                ways -= is_no_route(error)
                waiting.unregister(sock)
    return None, 0.0, ways == 0
