"""An agent that tests without a network: an engine that spends, a line that is busy, as they are told."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from examples import AGENT
from outboxes import a_clock
from roomreach.desired import Desired, Share, Slot
from roomreach.measurement import Measurement, Method, Throughput
from roomreach.measurement.throughput import End, EngineName
from roomreach.wire import encode_desired
from roomreach_agent.clock import SetClock
from roomreach_agent.echo import Trips
from roomreach_agent.engines.engine import Ask
from roomreach_agent.hosts import Address, Host
from roomreach_agent.probes import Tools
from roomreach_agent.settings import OutboxSettings, Settings, ThroughputSettings
from roomreach_agent.shell import SystemShell
from roomreach_agent.testing.assembling import beside, tester
from roomreach_agent.testing.tester import Tester
from roomreach_agent.testing.wanted import Wanted

QUIET_MS, BUSY_MS = 8.0, 60.0
TEST_S = 20


@dataclass(slots=True)
class Kernel:
    """What has passed at the interface, as the kernel counts it; None when it does not say."""

    passed: int | None = 0

    def start(self, _host: Host | None) -> Callable[[], int | None]:
        before = self.passed

        def since() -> int | None:
            return None if self.passed is None or before is None else self.passed - before

        return since


@dataclass(slots=True)
class Line:
    """A way out whose round trips take as long as somebody says."""

    trips_ms: float | None = QUIET_MS
    asked: int = 0

    def ask(self, _address: Address, _ports: tuple[int, ...] = ()) -> Trips:
        self.asked += 1
        times = () if self.trips_ms is None else (self.trips_ms,) * 5
        return Trips(method=Method.ICMP, sent=5, times_ms=times)


@dataclass(slots=True)
class SimulatedEngine:
    """Spends ``factor`` times what it may, in ``takes_s``."""

    clock: SetClock
    kernel: Kernel
    name: EngineName = "own"
    publishes: bool = False
    factor: float = 1.05
    takes_s: float = TEST_S
    asks: list[Ask] = field(default_factory=list)
    when: list[tuple[int, int]] = field(default_factory=list)
    failing: Exception | None = None
    spent: Counter[End] = field(default_factory=Counter)

    def test(self, ask: Ask) -> Throughput:
        began = self.clock.now().wall_ms
        self.asks.append(ask)
        cost = round(ask.most_bytes * self.factor)
        self.spent[ask.target] += cost
        if self.kernel.passed is not None:
            self.kernel.passed += cost
        self.clock.advance(self.takes_s)
        self.when.append((began, self.clock.now().wall_ms))
        if self.failing:
            raise self.failing
        return Throughput(target=ask.target, engine=self.name, download_mbps=30.0, upload_mbps=6.0)


@dataclass(kw_only=True)
class Bench:
    """One agent that tests. ``turn`` and ``until`` stand for its thread."""

    clock: SetClock
    kernel: Kernel
    line: Line
    engine: SimulatedEngine
    wanted: Wanted
    tester: Tester
    tools: Tools
    settings: Settings

    def want(
        self, *slots: Slot, version: int = 1, shares: Iterable[Share] = (), may_publish: bool = False
    ) -> bool:
        word = Desired(
            version=version, issued_ms=0, tests=slots, shares=tuple(shares), may_publish=may_publish
        )
        return self.wanted.hear(encode_desired(word))

    def share(self, most: int, *, since_s: float = -3600, until_s: float = 23 * 3600) -> Share:
        """What the server lets tests cost from a moment before now up to one after it."""
        return Share(
            from_ms=self.now() + round(since_s * 1000),
            until_ms=self.now() + round(until_s * 1000),
            most_bytes=most,
        )

    def until(self, at_ms: int) -> None:
        """Live until a moment, resting as long as the tester says."""
        while (left_s := (at_ms - self.clock.now().wall_ms) / 1000) > 0:
            rest_s = self.tester.turn()
            self.clock.advance(max(min(rest_s, left_s), 0.001))
        self.tester.turn()

    def found(self) -> list[Measurement]:
        """Everything found and not yet taken, in the order in which rounds would tell it."""
        told: list[Measurement] = []
        while taken := self.tools.finished.take():
            told += taken
        return told

    def now(self) -> int:
        return self.clock.now().wall_ms

    def slot(self, in_s: float, *, window_s: float = 60, most: int = 14_000_000, pair: bool = False) -> Slot:
        start_ms = self.now() + round(in_s * 1000)
        return Slot(
            start_ms=start_ms,
            latest_ms=start_ms + round(window_s * 1000),
            most_bytes=most,
            targets=("server", "reference") if pair else ("server",),
        )


def a_bench(
    folder: Path,
    clock: SetClock | None = None,
    *,
    latency: Mapping[str, str] = {"hub": "192.0.2.9"},
    **throughput: object,
) -> Bench:
    given = {"server": "http://192.0.2.9:8805", "reference": "192.0.2.8:5201"} | throughput
    settings = Settings(
        agent=AGENT,
        outbox=OutboxSettings(path=folder / "outbox.db"),
        latency=latency,
        throughput=ThroughputSettings(**given),  # type: ignore[arg-type]
    )
    clock = clock or a_clock()
    kernel, line = Kernel(), Line()
    engine = SimulatedEngine(clock, kernel)
    tools = Tools(
        shell=SystemShell(),
        echo=line,
        engines=dict.fromkeys(("own", "speedtest_cli", "iperf3"), lambda _settings, _tools: engine),
        meter=kernel,
    )
    wanted = Wanted(beside(settings.outbox.path, "desired.json"))
    return Bench(
        clock=clock,
        kernel=kernel,
        line=line,
        engine=engine,
        wanted=wanted,
        tester=tester(settings, tools, wanted=wanted, clock=clock, trusted=clock.kernel_synchronised),
        tools=tools,
        settings=settings,
    )


@contextmanager
def running(bench: Bench) -> Iterator[Bench]:
    bench.tester.start()
    try:
        yield bench
    finally:
        bench.tester.stop(5)
