"""What does the machine of an agent say in a simulated room: its ``iw``, its sockets, its kernel's files?

Answers come at once, though they tell of the milliseconds that a real one takes: a room's day need not be
waited for. Addresses are those reserved for documentation (RFC 5737), so a slip could reach nobody.
"""

import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import dns.message
import dns.rcode

from roomreach.measurement import Method
from roomreach_agent.dns_exchange import Answer, Silent
from roomreach_agent.echo import PORTS, Trips
from roomreach_agent.hosts import Address
from roomreach_agent.probes import Tools
from roomreach_agent.shell import Finished, ProgramMissing
from roomreach_hub.buildings.line import Line
from roomreach_hub.buildings.radio import Radio, rate_mbps

RADIO = "wlan0"
ROUTER = "192.0.2.1"
"""The router, which also looks names up."""
BEYOND = "198.51.100.1"
"""A host at the other end of the line."""

_ECHOES = 5
_FRAMES_PER_S = 12
_JOINED_BEFORE_S = 3600
_UP_AND_HAS_GATEWAY = 0x0003
# Of documentation too (RFC 7042), and never kept: the probe reads past it.
_ACCESS_POINT = "00:00:5e:00:53:01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A room's machine, at the moment that ``at_s`` gives: seconds since the buildings began.

    It is its own shell (``Shell``) and its own network (``Asks``, ``Exchange``).
    """

    radio: Radio
    line: Line
    at_s: Callable[[], float]
    chance: Random

    def tools(self, root: Path) -> Tools:
        """Give an agent what it asks with; ``root`` is the folder that ``furnish`` filled."""
        return Tools(shell=self, echo=self, exchange=self.exchange, root=root)

    def run(self, *words: str, within_s: float) -> Finished:  # noqa: ARG002 - it takes no time
        """Answer as ``iw`` 5.19 does; no other program is installed."""
        match words:
            case ("iw", "dev", _, "link"):
                return Finished(_link(self.radio.heard_dbm(self.chance)))
            case ("iw", "dev", _, "station", "dump"):
                return Finished(_station(self.radio, self.at_s(), self.chance))
            case _:
                raise ProgramMissing(words[0])

    def ask(self, address: Address, ports: tuple[int, ...] = PORTS) -> Trips:  # noqa: ARG002 - by ICMP
        """Answer pings, from the router or from beyond the line."""
        inside = address.where[0] == ROUTER
        times = [self._trip_ms(0.4 if inside else self._beyond_ms()) for _ in range(_ECHOES)]
        return Trips(method=Method.ICMP, sent=_ECHOES, times_ms=tuple(ms for ms in times if ms is not None))

    def exchange(self, resolver: Address, question: dns.message.QueryMessage, within_s: float) -> Answer:  # noqa: ARG002 - whatever is asked, the router passes on
        """Answer one DNS question; raises ``Silent`` where it or its answer gets lost."""
        took_ms = self._trip_ms(self.line.look_up_ms(self.at_s(), self.chance))
        if took_ms is None or took_ms > within_s * 1000:
            raise Silent
        return Answer(dns.rcode.NOERROR, took_ms)

    def _beyond_ms(self) -> float | None:
        return self.line.trip_ms(self.at_s(), self.chance)

    def _trip_ms(self, behind_ms: float | None) -> float | None:
        """Give how long a packet takes: through the air, whatever is behind the access point, and back."""
        there_ms, back_ms = self.radio.crossing_ms(self.chance), self.radio.crossing_ms(self.chance)
        if there_ms is None or back_ms is None or behind_ms is None:
            return None
        return there_ms + behind_ms + back_ms


def furnish(root: Path, *, celsius: float) -> None:
    """Fill a folder with the files of a kernel and a system that an agent reads."""
    gateway = int.from_bytes(socket.inet_aton(ROUTER), sys.byteorder)
    for file, text in {
        "proc/net/route": (
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
            f"{RADIO}\t00000000\t{gateway:08X}\t{_UP_AND_HAS_GATEWAY:04X}\t0\t0\t600\t00000000\t0\t0\t0\n"
        ),
        "etc/resolv.conf": f"nameserver {ROUTER}\n",
        "sys/class/thermal/thermal_zone0/temp": f"{round(celsius * 1000)}\n",
    }.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _link(signal_dbm: int) -> str:
    return (
        f"Connected to {_ACCESS_POINT} (on {RADIO})\n"
        "\tSSID: Example Guest\n"
        "\tfreq: 2437\n"
        f"\tsignal: {signal_dbm} dBm\n"
        f"\trx bitrate: {rate_mbps(signal_dbm)} MBit/s\n"
        f"\ttx bitrate: {rate_mbps(signal_dbm - 1)} MBit/s\n"
    )


def _station(radio: Radio, at_s: float, chance: Random) -> str:
    joined_s = _JOINED_BEFORE_S + round(at_s)
    frames = joined_s * _FRAMES_PER_S
    return (
        f"Station {_ACCESS_POINT} (on {RADIO})\n"
        f"\ttx packets:\t{frames}\n"
        f"\ttx retries:\t{round(frames * radio.retried)}\n"
        f"\ttx failed:\t{round(frames * radio.lost)}\n"
        "\tbeacon loss:\t0\n"
        f"\tsignal:  \t{radio.heard_dbm(chance)} dBm\n"
        f"\tsignal avg:\t{round(radio.signal_dbm)} dBm\n"
        f"\tbeacon signal avg:\t{round(radio.signal_dbm)} dBm\n"
        f"\tconnected time:\t{joined_s} seconds\n"
    )
