"""Can names be looked up, and how fast?

Asks the building's resolver one DNS question, and another resolver where the settings name one. A question
waits 2 s and is repeated once. Costs about 20 ms and 200 bytes a resolver, 4 s when it does not answer.
"""

import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar

import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype

from roomreach.measurement import Measurement, Names, Reason
from roomreach.measurement.names import Resolver
from roomreach_agent import dns_exchange
from roomreach_agent.dns_exchange import Answer, Exchange, Silent, Unwanted
from roomreach_agent.echo import is_no_route
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.files import text_of
from roomreach_agent.hosts import Address, Host

PORT = 53
WITHIN_S = 2.0
TRIES = 2
# What the C library reads: the rest of a longer list helps nobody.
_MOST_RESOLVERS = 3

_OK = {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesProbe:
    """Asks the resolvers. In ``question``, ``{random}`` becomes eight hexadecimal digits, anew each time."""

    kind: ClassVar[str] = "names"

    question: str = "."
    other: Host | None = None
    resolvers: Path = Path("/etc/resolv.conf")
    port: int = PORT
    within_s: float = WITHIN_S
    exchange: Exchange = dns_exchange.exchange

    @property
    def targets(self) -> tuple[str, ...]:
        """The resolvers asked."""
        return ("site",) if self.other is None else ("site", "other")

    def measure(self) -> tuple[Measurement, ...]:
        """Ask once. Raises ``ProbeFailed`` when the question is no name."""
        site = [Host(name, self.port) for name in parse(text_of(self.resolvers))]
        found = [self._ask("site", site)]
        if self.other is not None:
            found.append(self._ask("other", [self.other]))
        return tuple(found)

    def _ask(self, target: Resolver, resolvers: Sequence[Host]) -> Names:
        """Ask as a resident's machine does: the first resolver, then the next one, or the same again."""
        if not resolvers:
            return Names(target=target, reason=Reason.NO_RESOLVER)
        reason = Reason.NO_ANSWER
        for attempt in range(TRIES):
            resolver = resolvers[attempt % len(resolvers)]
            try:
                answer = self.exchange(_address(resolver), query(self.question), self.within_s)
            except Silent:
                reason = Reason.NO_ANSWER
            except Unwanted:
                reason = Reason.REFUSED
            except OSError as exc:
                reason = Reason.NO_ROUTE if is_no_route(exc.errno) else Reason.NO_ANSWER
            else:
                return _judged(target, answer)
        return Names(target=target, reason=reason)


def parse(resolv_conf: str) -> tuple[str, ...]:
    """Read the resolvers' addresses from the text of ``/etc/resolv.conf``, in order."""
    found = []
    for line in resolv_conf.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            try:
                ip_address(words[1])
            except ValueError:
                continue
            found.append(words[1])
    return tuple(found[:_MOST_RESOLVERS])


def query(question: str) -> dns.message.QueryMessage:
    """Make the question: for the root its SOA, which every resolver knows; for any other name its address.

    Raises ``ProbeFailed`` for what is no name.
    """
    name = question.replace("{random}", secrets.token_hex(4))
    kind = dns.rdatatype.SOA if name == "." else dns.rdatatype.A
    try:
        return dns.message.make_query(name, kind)
    except (dns.exception.DNSException, ValueError) as exc:
        raise ProbeFailed(Reason.NOT_CONFIGURED, "the question in the settings is no name") from exc


def _judged(target: Resolver, answer: Answer) -> Names:
    reason = None if answer.rcode in _OK else Reason.SERVER_FAILURE
    if answer.rcode == dns.rcode.REFUSED:
        reason = Reason.REFUSED
    return Names(target=target, reason=reason, answer_ms=round(answer.took_ms, 3), rcode=answer.rcode)


def _address(host: Host) -> Address:
    """Give a numeric address as sockets take it, with the link it is meant for where it names one."""
    port = PORT if host.port is None else host.port
    family, _, _, _, where = socket.getaddrinfo(
        host.name, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
    )[0]
    return Address(family, where)
