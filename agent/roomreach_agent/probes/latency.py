"""How long does the way out of the building and back take?

Asks each anchor that the settings name five times, 200 ms apart, one anchor after the other. Costs about 1 s
and 1 kB an anchor, 3 s when it does not answer (5 s by TCP). Nobody is asked whom no setting names.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, cast

from roomreach.measurement import Latency, Measurement, NotMeasured, Reason
from roomreach.measurement.latency import Anchor
from roomreach_agent.echo import PORTS, Asks, Echo
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.hosts import Address, Host

log = logging.getLogger(__name__)

LOOK_UP_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyProbe:
    """Asks the anchors, and remembers their addresses for the day when names cannot be looked up."""

    kind: ClassVar[str] = "latency"

    anchors: Mapping[Anchor, Host]
    echo: Asks = field(default_factory=Echo)
    known: dict[Anchor, Address] = field(default_factory=dict)

    @property
    def targets(self) -> tuple[str, ...]:
        """The anchors asked; the hub stands for all of them where none is named."""
        return tuple(self.anchors) or ("hub",)

    def measure(self) -> tuple[Measurement, ...]:
        """Ask once. Raises ``ProbeFailed`` when the settings name no anchor."""
        if not self.anchors:
            raise ProbeFailed(Reason.NOT_CONFIGURED, "the settings name no anchor")
        return tuple(self._ask(anchor, host) for anchor, host in self.anchors.items())

    def _ask(self, anchor: Anchor, host: Host) -> Measurement:
        try:
            self.known[anchor] = host.find(LOOK_UP_S)
        except ProbeFailed as exc:
            if anchor not in self.known:
                return NotMeasured(of=self.kind, target=anchor, reason=exc.reason, detail=exc.detail)
            # That names fail is for the names probe to tell: the line may be fine.
            log.debug("an anchor is asked at the address it last had")
        ports = PORTS if host.port is None else (host.port,)
        return Latency(target=anchor, **self.echo.ask(self.known[anchor], ports).figures())


def anchors_of(named: Mapping[str, str]) -> dict[Anchor, Host]:
    """Read the anchors of the settings, which were checked when they were read."""
    return {cast("Anchor", anchor): Host.parse(where) for anchor, where in named.items()}
