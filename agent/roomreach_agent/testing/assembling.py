"""What does an agent of these settings test with, and where does it write down what that costs?"""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from roomreach.desired import Desired
from roomreach.measurement import Reason
from roomreach.measurement.throughput import End, EngineName
from roomreach_agent.clock import Clock
from roomreach_agent.engines import ENGINES, Engine
from roomreach_agent.engines.machine import Machine
from roomreach_agent.engines.speedtest_cli.engine import worst_bytes
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.hosts import Host
from roomreach_agent.probes import Tools
from roomreach_agent.settings import Settings
from roomreach_agent.testing.one_test import OneTest, Way
from roomreach_agent.testing.quiet import Quiet
from roomreach_agent.testing.spending import Spending
from roomreach_agent.testing.tester import Tester
from roomreach_agent.testing.wanted import Wanted


def beside(outbox: Path, what: str) -> Path:
    """Name a file of an agent's own beside its outbox, whose name it shares: a folder may hold several."""
    return outbox.with_name(f"{outbox.stem}.{what}")


def account(settings: Settings) -> Spending:
    """Open the account of this agent's tests."""
    return Spending(
        beside(settings.outbox.path, "throughput.db"),
        budget_bytes=int(settings.throughput.budget_mb * 1_000_000),
    )


def heard(settings: Settings) -> Wanted:
    """Open what the server wanted of this agent when it was last heard."""
    return Wanted(beside(settings.outbox.path, "desired.json"))


def one_test(
    settings: Settings,
    tools: Tools,
    *,
    wanted: Callable[[], Desired | None],
    spending: Spending,
    clock: Clock,
) -> OneTest:
    """Make the one who tests."""
    return OneTest(
        ways=ways(settings, tools),
        wanted=wanted,
        confidential=settings.throughput.confidential,
        spending=spending,
        meter=tools.meter,
        now_ms=lambda: clock.now().wall_ms,
    )


def tester(
    settings: Settings, tools: Tools, *, wanted: Wanted, clock: Clock, trusted: Callable[[], bool]
) -> Tester:
    """Make the one who waits for slots, not started yet."""
    spending = account(settings)
    anchor, target = _anchor(settings)
    return Tester(
        one_test(settings, tools, wanted=lambda: wanted.current, spending=spending, clock=clock),
        wanted=wanted,
        quiet=Quiet(
            anchor, target=target, echo=tools.echo, spending=spending, now_ms=lambda: clock.now().wall_ms
        ),
        spending=spending,
        finished=tools.finished,
        clock=clock,
        trusted=trusted,
    )


def ways(settings: Settings, tools: Tools) -> Mapping[End, Callable[[], Way]]:
    """Give a way to each end that the settings name, made anew for each test: files may have changed."""
    asked, engines = settings.throughput, tools.engines or ENGINES

    def engine(name: EngineName) -> Engine:
        if name not in engines:
            raise ProbeFailed(Reason.NO_PROGRAM, f"there is no engine {name} here")
        return engines[name](asked, tools)

    found: dict[End, Callable[[], Way]] = {}
    if asked.engine == "speedtest_cli":
        # It chooses its server itself, somewhere far away.
        found["server"] = lambda: Way(
            engine("speedtest_cli"), None, worst_bytes(Machine(root=tools.root).port_mbps())
        )
    elif asked.server:
        found["server"] = lambda: Way(engine("own"), server_host(asked.server))
    if asked.reference:
        # Within a building it is always iperf3, which the reference agent has as a server.
        found["reference"] = lambda: Way(engine("iperf3"), Host.parse(asked.reference))
    return found


def server_host(url: str) -> Host:
    """Say where the speed server of the settings is; they were checked when they were read."""
    parts = urlsplit(url)
    return Host(parts.hostname or "", parts.port or {"http": 80}.get(parts.scheme, 443))


def _anchor(settings: Settings) -> tuple[Host | None, str | None]:
    """Choose whom to time the way out to: whom the rounds ask too, else the speed server.

    Never this machine, where a tunnel may begin: it always answers at once, however busy the line is.
    """
    anchors: list[tuple[Host, str | None]] = [
        (Host.parse(where), target) for target, where in settings.latency.items()
    ]
    if settings.throughput.server:
        anchors.append((server_host(settings.throughput.server), None))
    return next(((host, target) for host, target in anchors if not host.is_loopback), (None, None))
