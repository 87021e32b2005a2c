"""Is a host there, and how long does the way to it and back take?

By ICMP echo where the kernel lets this user send one (net.ipv4.ping_group_range), else by TCP connections,
to which a refusal is as good an answer as a welcome. The answer says which.
"""

from dataclasses import dataclass
from typing import Protocol

from roomreach_agent.echo import icmp, tcp
from roomreach_agent.echo.trips import NotPermitted, Trips, is_no_route
from roomreach_agent.hosts import Address

PORTS = (53, 80, 443)
"""Where a router or a server most likely answers a connection, be it by refusing it."""


class Asks(Protocol):
    """Whoever can ask a host whether it is there: the sockets of this machine, or a simulated building."""

    def ask(self, address: Address, ports: tuple[int, ...] = PORTS) -> Trips:
        """Ask one host. Never raises for anything a network does: ``Trips.reason`` says what happened."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """How to ask: so often, so far apart, and waiting so long for the last answer.

    A TCP connection is given up before the kernel would repeat its first packet, after 1 s: a repeat would
    pass for a slow answer.
    """

    count: int = 5
    gap_s: float = 0.2
    icmp_patience_s: float = 2.0
    tcp_patience_s: float = 0.95

    def ask(self, address: Address, ports: tuple[int, ...] = PORTS) -> Trips:
        """Ask one host through a socket; see ``Asks.ask``."""
        try:
            return icmp.ask(address, self.count, self.gap_s, self.icmp_patience_s)
        except NotPermitted:
            return tcp.ask(address, ports, self.count, self.gap_s, self.tcp_patience_s)


__all__ = ["PORTS", "Asks", "Echo", "Trips", "is_no_route"]
