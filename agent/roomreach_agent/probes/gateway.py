"""Does the building's router answer us?

Finds the default gateway in the kernel's routing tables, IPv4 first, and asks it five times, 200 ms apart.
Costs about 1 s when it answers and 3 s when it does not (5 s by TCP), and about 1 kB.
"""

import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from roomreach.measurement import Gateway, Measurement, Reason
from roomreach_agent.echo import Asks, Echo
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.files import text_of
from roomreach_agent.hosts import Address
from roomreach_agent.routes import parse_v4, parse_v6


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayProbe:
    """Asks the router through which this machine's packets leave."""

    kind: ClassVar[str] = "gateway"
    targets: ClassVar[tuple[str, ...]] = ()

    echo: Asks = field(default_factory=Echo)
    tables: Path = Path("/proc/net")

    def measure(self) -> tuple[Measurement, ...]:
        """Ask once. Raises ``ProbeFailed`` when the way out leads through no router (a modem's line)."""
        routes = parse_v4(text_of(self.tables / "route")) or parse_v6(text_of(self.tables / "ipv6_route"))
        if not routes:
            return (Gateway(reason=Reason.NO_ROUTE),)
        cheapest = min(routes, key=lambda route: route.metric)
        if cheapest.gateway is None:
            raise ProbeFailed(Reason.NOT_CONFIGURED, "the way out leads through no router")
        try:
            address = _address(cheapest.gateway, cheapest.interface)
        except OSError:
            return (Gateway(reason=Reason.NO_ROUTE),)  # the interface has just gone
        return (Gateway(**self.echo.ask(address).figures()),)


def _address(gateway: str, interface: str) -> Address:
    if ":" not in gateway:
        return Address(socket.AF_INET, (gateway, 0))
    # A link-local address means something on its own link only.
    return Address(socket.AF_INET6, (gateway, 0, 0, socket.if_nametoindex(interface)))
