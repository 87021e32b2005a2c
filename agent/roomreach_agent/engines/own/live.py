"""What is the way to the speed server, over real connections? What ``Transfers`` promises, in one thread."""

import select
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from time import perf_counter, sleep

from roomreach.measurement import Reason
from roomreach_agent.engines.direction import Direction, Failed
from roomreach_agent.engines.own.flows import Download, Flow, Upload
from roomreach_agent.engines.own.line import Line
from roomreach_agent.engines.own.server import PATIENCE_S, Server
from roomreach_agent.engines.own.transfers import Tick
from roomreach_agent.engines.own.trips import RoundTrips
from roomreach_agent.hosts import Address

CONNECTIONS = 4
QUIET_TRIPS = 9
QUIET_GAP_S = 0.03

NAP_S = 0.004
"""How long bytes may lie in the kernel before they are looked at: 250 times a second is light work."""

_MOST_DIGITS = 15


class LiveTransfers:
    """One test's way to a speed server. Nothing of it is left when a generator is closed."""

    def __init__(
        self,
        server: Server,
        *,
        patience_s: float = PATIENCE_S,
        nap_s: float = NAP_S,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._server = server
        self._patience_s = patience_s
        self._nap_s = nap_s
        self._clock = clock
        self._address: Address | None = None
        self._test = ""

    def quiet_trips_ms(self) -> Sequence[float]:
        """See ``Transfers.quiet_trips_ms``."""
        times: list[float] = []
        with self._connected() as line:
            self._begin(line)
            echo = self._request("GET", "echo")
            # The first of them warms up both ends, and does not count.
            for _ in range(1 + QUIET_TRIPS):
                asked_at = self._clock()
                line.ask(echo)
                line.answer(self._patience_s)
                times.append((self._clock() - asked_at) * 1000)
                sleep(QUIET_GAP_S)
        return times[1:]

    def moved(self) -> int:
        """See ``Transfers.moved``."""
        with self._connected() as line:
            self._begin(line)
            line.ask(self._request("GET", "moved"))
            told = line.answer(self._patience_s)
        if not (told.isdigit() and len(told) <= _MOST_DIGITS):
            raise Failed(Reason.SERVER_FAILURE)
        return int(told)

    def run(self, direction: Direction, most_bytes: int) -> Generator[Tick]:
        """See ``Transfers.run``."""
        with ExitStack() as opened:
            timing = opened.enter_context(self._connected())
            self._begin(timing)
            lines = [opened.enter_context(self._connected()) for _ in range(CONNECTIONS)]
            shares = [most_bytes // CONNECTIONS] * CONNECTIONS
            flow: Flow
            if direction is Direction.DOWNLOAD:
                for line, share in zip(lines, shares, strict=True):
                    line.ask(self._request("GET", f"download?bytes={share}"))
                flow = Download(lines, sum(shares))
            else:
                counter = opened.enter_context(self._connected())
                counter.ask(self._request("GET", "arrived"))
                counter.begun(self._patience_s)
                for line, share in zip(lines, shares, strict=True):
                    line.ask(self._request("POST", "upload", share))
                flow = Upload(lines, counter, shares)
            trips = RoundTrips(timing, self._request("GET", "echo"), self._clock)
            yield from self._ticks(flow, trips)

    def _ticks(self, flow: Flow, trips: RoundTrips) -> Generator[Tick]:
        began = self._clock()
        awaited = [trips.line, *flow.waits_for()]
        while not flow.done:
            select.select(awaited, (), (), self._nap_s)
            trips.step()
            for moment in flow.step(self._clock() - began):
                yield Tick(moment.at_s, moment.arrived, trips.taken_ms())

    def _begin(self, line: Line) -> None:
        if not self._test:
            line.ask(self._server.request("POST", "tests"))
            self._test = line.answer(self._patience_s).decode("ascii", "replace")

    def _request(self, method: str, what: str, length: int = 0) -> bytes:
        return self._server.request(method, f"tests/{self._test}/{what}", length)

    def _connected(self) -> Line:
        if self._address is None:
            self._address = self._server.find()
        return Line(self._server.connect(self._address))
