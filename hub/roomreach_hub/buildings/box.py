"""What does the machine of an agent say in a simulated room: its ``iw``, its sockets, its kernel's files?

Answers come at once, though they tell of the milliseconds that a real one takes: a room's day need not be
waited for. Addresses are those reserved for documentation (RFC 5737), so a slip could reach nobody.
"""

import errno
import os
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
from roomreach_hub.buildings.radio import Radio, rate_mbps
from roomreach_hub.buildings.spot import Spot
from roomreach_hub.buildings.trials import Trials

RADIO = "wlan0"
WIRE = "eth0"
ROUTER = "192.0.2.1"
"""The router, which also looks names up."""
BEYOND = "198.51.100.1"
"""A host at the other end of the line."""
REFERENCE = "192.0.2.2"
"""The building's reference agent, where there is one."""

_ECHOES = 5
_FRAMES_PER_S = 12
_ROUTER_MS = 0.4
_JOINED_FOR_S = 86_400
"""The access points begin their day anew each midnight, and so do the counters of whoever is joined."""
_UP_AND_HAS_GATEWAY = 0x0003
# Of documentation too (RFC 7042), and never kept: the probe reads past it.
_ACCESS_POINT = "00:00:5e:00:53:01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The machine of an agent at a spot, at the moment that ``at_s`` gives: seconds since 1970.

    It is its own shell (``Shell``) and its own network (``Asks``, ``Exchange``).
    """

    spot: Spot
    at_s: Callable[[], float]
    chance: Random

    def tools(self, root: Path) -> Tools:
        """Give an agent what it asks with; ``root`` is the folder that ``furnish`` filled."""
        trials = Trials(self.spot, self.at_s, self.chance, root)
        return Tools(
            shell=self,
            echo=self,
            exchange=self.exchange,
            root=root,
            engines={"own": lambda *_: trials.engine, "iperf3": lambda *_: trials.engine},
            meter=trials,
        )

    def run(self, *words: str, within_s: float) -> Finished:  # noqa: ARG002 - it takes no time
        """Answer as ``iw`` 5.19 does; no other program is installed."""
        at_s = self.at_s()
        radio = self.spot.radio_at(at_s)
        if words[:2] != ("iw", "dev") or radio is None:
            raise ProgramMissing(words[0])
        joined = self.spot.joined(at_s)
        match words[3:]:
            case ("link",):
                return Finished(self._link(radio, at_s) if joined else "Not connected.\n")
            case ("station", "dump"):
                return Finished(self._station(radio, at_s) if joined else "")
            case _:
                raise ProgramMissing(words[0])

    def ask(self, address: Address, ports: tuple[int, ...] = PORTS) -> Trips:  # noqa: ARG002 - by ICMP
        """Answer pings, from the router or from beyond the line."""
        at_s = self.at_s()
        if not self.spot.joined(at_s):
            return Trips(method=Method.ICMP, sent=0, no_route=True)
        line, busy = self.spot.line, self.spot.cell_at(at_s).busy(at_s)
        radio = self.spot.radio_at(at_s)
        times: list[float | None]
        if address.where[0] == ROUTER:
            times = [self._trip_ms(_ROUTER_MS, radio, busy) for _ in range(_ECHOES)]
        elif self._held_up(at_s):
            times = []  # a sign-in page lets names through, and nothing else
        else:
            beyond_ms = line.trips_ms(at_s, self.chance, _ECHOES)
            times = [self._trip_ms(ms, radio, busy) for ms in beyond_ms]
        return Trips(method=Method.ICMP, sent=_ECHOES, times_ms=tuple(ms for ms in times if ms is not None))

    def exchange(self, resolver: Address, question: dns.message.QueryMessage, within_s: float) -> Answer:  # noqa: ARG002 - whatever is asked, the router passes on
        """Answer one DNS question; raises ``Silent`` where it or its answer gets lost.

        Raises ``OSError`` as a kernel does that knows no way out.
        """
        at_s = self.at_s()
        if not self.spot.joined(at_s):
            raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))
        behind_ms = self.spot.line.look_up_ms(at_s, self.chance)
        took_ms = self._trip_ms(behind_ms, self.spot.radio_at(at_s), self.spot.cell_at(at_s).busy(at_s))
        if took_ms is None or took_ms > within_s * 1000:
            raise Silent
        return Answer(dns.rcode.NOERROR, took_ms)

    def _held_up(self, at_s: float) -> bool:
        line = self.spot.line
        return line.portal is not None and self.spot.radio is not None and line.portal.closed(at_s)

    def _trip_ms(self, behind_ms: float | None, radio: Radio | None, busy: float) -> float | None:
        """Give how long a packet takes: through the air, whatever is behind the access point, and back."""
        if behind_ms is None:
            return None
        if radio is None:
            return behind_ms + 0.2 * self.chance.random()
        there_ms, back_ms = radio.crossing_ms(self.chance, busy), radio.crossing_ms(self.chance, busy)
        return None if there_ms is None or back_ms is None else there_ms + behind_ms + back_ms

    def _link(self, radio: Radio, at_s: float) -> str:
        signal_dbm = radio.heard_dbm(self.chance)
        return (
            f"Connected to {_ACCESS_POINT} (on {RADIO})\n"
            "\tSSID: Example Guest\n"
            f"\tfreq: {self.spot.cell_at(at_s).channel_at(at_s).frequency_mhz}\n"
            f"\tsignal: {signal_dbm} dBm\n"
            f"\trx bitrate: {rate_mbps(signal_dbm)} MBit/s\n"
            f"\ttx bitrate: {rate_mbps(signal_dbm - 1)} MBit/s\n"
        )

    def _station(self, radio: Radio, at_s: float) -> str:
        joined_s = 60 + round(at_s % _JOINED_FOR_S)
        frames = joined_s * _FRAMES_PER_S
        return (
            f"Station {_ACCESS_POINT} (on {RADIO})\n"
            f"\ttx packets:\t{frames}\n"
            f"\ttx retries:\t{round(frames * radio.retried_on(self.spot.cell_at(at_s).busy(at_s)))}\n"
            f"\ttx failed:\t{round(frames * radio.lost)}\n"
            "\tbeacon loss:\t0\n"
            f"\tsignal:  \t{radio.heard_dbm(self.chance)} dBm\n"
            f"\tsignal avg:\t{round(radio.signal_dbm)} dBm\n"
            f"\tbeacon signal avg:\t{round(radio.signal_dbm)} dBm\n"
            f"\tconnected time:\t{joined_s} seconds\n"
        )


def furnish(root: Path, *, celsius: float, interface: str = RADIO) -> None:
    """Fill a folder with the files of a kernel and a system that an agent reads."""
    gateway = int.from_bytes(socket.inet_aton(ROUTER), sys.byteorder)
    for file, text in {
        "proc/net/route": (
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
            f"{interface}\t00000000\t{gateway:08X}\t{_UP_AND_HAS_GATEWAY:04X}"
            "\t0\t0\t600\t00000000\t0\t0\t0\n"
        ),
        "etc/resolv.conf": f"nameserver {ROUTER}\n",
        "sys/class/thermal/thermal_zone0/temp": f"{round(celsius * 1000)}\n",
    }.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
