"""Probes: the questions an agent knows how to ask. Read ``PROBES`` and know them all.

A new probe is one file beside this one, and its line below. It bears the name of the kind it measures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from roomreach.measurement import Measurement
from roomreach.measurement.throughput import EngineName
from roomreach_agent import dns_exchange
from roomreach_agent.dns_exchange import Exchange
from roomreach_agent.echo import Asks, Echo
from roomreach_agent.hosts import Host
from roomreach_agent.probes.gateway import GatewayProbe
from roomreach_agent.probes.health import HealthProbe
from roomreach_agent.probes.latency import LatencyProbe, anchors_of
from roomreach_agent.probes.link import LinkProbe
from roomreach_agent.probes.names import NamesProbe
from roomreach_agent.probes.throughput import ThroughputProbe
from roomreach_agent.settings import Settings, ThroughputSettings
from roomreach_agent.shell import Shell
from roomreach_agent.testing.finished import Finished
from roomreach_agent.testing.meter import KernelMeter, Meter

if TYPE_CHECKING:
    # Engines speak TLS: rounds, which make no tests, stay small without them.
    from roomreach_agent.engines import Engine


class Probe(Protocol):
    """One question an agent knows how to ask."""

    @property
    def kind(self) -> str:
        """The kind of measurement it gives."""
        ...

    @property
    def targets(self) -> tuple[str, ...]:
        """Whom it asks; empty where the kind has no targets."""
        ...

    def measure(self) -> Sequence[Measurement]:
        """Ask once, and give one measurement for each target.

        An answer that is no, or none, is a measurement. Raises ``ProbeFailed`` when it could not ask at all.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What probes ask with: this machine's programs, sockets and files, or those of a simulated one.

    ``root`` is the folder that holds ``proc``, ``sys`` and ``etc``. ``clock_synchronised`` says None when
    nobody knows. ``engines`` make the tests of throughput, those of this machine when None; ``meter`` counts
    what they cost, and what they found waits in ``finished``.
    """

    shell: Shell
    echo: Asks = field(default_factory=Echo)
    exchange: Exchange = dns_exchange.exchange
    root: Path = Path("/")
    clock_synchronised: Callable[[], bool | None] = lambda: None
    engines: "Mapping[EngineName, Callable[[ThroughputSettings, Tools], Engine]] | None" = None
    meter: Meter = field(default_factory=KernelMeter)
    finished: Finished = field(default_factory=Finished)


PROBES: Mapping[str, Callable[[Settings, Tools], Probe]] = {
    "link": lambda settings, tools: LinkProbe(
        shell=tools.shell, interface=settings.wifi.interface, interfaces=tools.root / "sys/class/net"
    ),
    "gateway": lambda _settings, tools: GatewayProbe(echo=tools.echo, tables=tools.root / "proc/net"),
    "latency": lambda settings, tools: LatencyProbe(anchors=anchors_of(settings.latency), echo=tools.echo),
    "names": lambda settings, tools: NamesProbe(
        question=settings.names.question,
        other=Host.parse(settings.names.other) if settings.names.other else None,
        resolvers=tools.root / "etc/resolv.conf",
        exchange=tools.exchange,
    ),
    "throughput": lambda _settings, tools: ThroughputProbe(finished=tools.finished),
    "health": lambda settings, tools: HealthProbe(
        outbox=settings.outbox.path,
        clock_synchronised=tools.clock_synchronised,
        proc=tools.root / "proc",
        thermal=tools.root / "sys/class/thermal",
    ),
}


def chosen(settings: Settings, tools: Tools) -> tuple[Probe, ...]:
    """Make the probes that the settings name, in their order."""
    return tuple(PROBES[name](settings, tools) for name in settings.probes)
