"""Probes: the questions an agent knows how to ask. Read ``PROBES`` and know them all.

A new probe is one file beside this one, and its line below. It bears the name of the kind it measures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from roomreach.measurement import Measurement
from roomreach_agent.hosts import Host
from roomreach_agent.probes.gateway import GatewayProbe
from roomreach_agent.probes.health import HealthProbe
from roomreach_agent.probes.latency import LatencyProbe, anchors_of
from roomreach_agent.probes.link import LinkProbe
from roomreach_agent.probes.names import NamesProbe
from roomreach_agent.settings import Settings
from roomreach_agent.shell import Shell


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
    """What probes ask with. ``clock_synchronised`` says None when nobody knows."""

    shell: Shell
    clock_synchronised: Callable[[], bool | None]


PROBES: Mapping[str, Callable[[Settings, Tools], Probe]] = {
    "link": lambda settings, tools: LinkProbe(shell=tools.shell, interface=settings.wifi.interface),
    "gateway": lambda _settings, _tools: GatewayProbe(),
    "latency": lambda settings, _tools: LatencyProbe(anchors=anchors_of(settings.latency)),
    "names": lambda settings, _tools: NamesProbe(
        question=settings.names.question,
        other=Host.parse(settings.names.other) if settings.names.other else None,
    ),
    "health": lambda settings, tools: HealthProbe(
        outbox=settings.outbox.path, clock_synchronised=tools.clock_synchronised
    ),
}


def chosen(settings: Settings, tools: Tools) -> tuple[Probe, ...]:
    """Make the probes that the settings name, in their order."""
    return tuple(PROBES[name](settings, tools) for name in settings.probes)
