"""How loudly do we hear the access point we are joined to, and how well does it hear us?

Asks the kernel through ``iw``: what the link is, then what it counted. Costs about 20 ms and sends nothing.
The names and addresses that ``iw`` prints are read past, and kept nowhere.
"""

import errno
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from roomreach.measurement import Link, Measurement, Reason
from roomreach.shape import fields_of
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.shell import Finished, Shell

log = logging.getLogger(__name__)

WITHIN_S = 5.0

_JOINED = re.compile(r"(?:Connected to|Joined IBSS) (\S+) \(on ")
_STATION = re.compile(r"Station (\S+) \(on ")
# Not \d, which knows the digits of every script; and no more of them than a float holds.
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_RATE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?) MBit/s")
_DBM = {field.name: field for field in fields_of(Link) if field.unit == "dBm"}

# iw's exit code is 256 less the number of the kernel's error.
_SAID: Mapping[int, tuple[Reason, str]] = {
    errno.ENODEV: (Reason.NO_RADIO, "the radio that the settings name is not there"),
    errno.ENETDOWN: (Reason.NO_RADIO, "the radio is switched off"),
    errno.EPERM: (Reason.NOT_PERMITTED, "the kernel refuses to tell this user about the radio"),
    errno.EACCES: (Reason.NOT_PERMITTED, "the kernel refuses to tell this user about the radio"),
    errno.ETIMEDOUT: (Reason.TIMED_OUT, "the radio did not answer its driver"),
    errno.EBUSY: (Reason.TIMED_OUT, "the radio was busy"),
    errno.EOPNOTSUPP: (Reason.UNREADABLE, "the radio's driver does not answer this question"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkProbe:
    """Asks about one radio; with no ``interface`` named, about the first that this machine has."""

    kind: ClassVar[str] = "link"
    targets: ClassVar[tuple[str, ...]] = ()

    shell: Shell
    interface: str = ""
    interfaces: Path = Path("/sys/class/net")

    def measure(self) -> tuple[Measurement, ...]:
        """Ask once. Raises ``ProbeFailed`` when there is no radio, no ``iw``, or no sense in what it says."""
        radio = self.interface or first_radio(self.interfaces)
        link = _heard(self.shell.run("iw", "dev", radio, "link", within_s=WITHIN_S))
        try:
            stations = _heard(self.shell.run("iw", "dev", radio, "station", "dump", within_s=WITHIN_S))
        except ProbeFailed as exc:
            # Some drivers answer the first question only: half an answer is worth having.
            log.debug("link without counters: %s", exc)
            stations = ""
        return (parse(link, stations),)


def first_radio(interfaces: Path) -> str:
    """Name the first wireless interface, in the order of names; raise ``ProbeFailed`` where there is none."""
    for interface in sorted(interfaces.glob("*")):
        # A kernel without the old wireless extensions has only the second.
        if (interface / "wireless").exists() or (interface / "phy80211").exists():
            return interface.name
    raise ProbeFailed(Reason.NO_RADIO, "this machine has no wireless interface")


def parse(link: str, stations: str = "") -> Link:
    """Read ``iw dev <radio> link``, and ``iw dev <radio> station dump`` where there is one.

    Accepts what iw 5.19 and 6.9 print. A strength that no radio can have is left out. Raises ``ProbeFailed``
    when the text is neither a link nor the lack of one.
    """
    lines = link.split("\n")
    if lines[0].startswith(("Not connected", "Authenticated with")):
        return Link(reason=Reason.NOT_ASSOCIATED)
    joined = _JOINED.match(lines[0])
    if not joined:
        raise ProbeFailed(Reason.UNREADABLE, "iw said something that is no link")
    facts = _facts(lines) | _facts(_about(joined[1], stations.split("\n")))
    read: dict[str, Any] = {
        "signal_dbm": _dbm("signal_dbm", facts.get("signal")),
        "signal_average_dbm": _dbm("signal_average_dbm", facts.get("signal avg")),
        "beacon_signal_dbm": _dbm("beacon_signal_dbm", facts.get("beacon signal avg")),
        "frequency_mhz": _number(facts.get("freq")),
        "rx_rate_mbps": _rate(facts.get("rx bitrate")),
        "tx_rate_mbps": _rate(facts.get("tx bitrate")),
        "tx_packets": _count(facts.get("tx packets")),
        "tx_retries": _count(facts.get("tx retries")),
        "tx_failed": _count(facts.get("tx failed")),
        "beacon_loss": _count(facts.get("beacon loss")),
        "connected_s": _count(facts.get("connected time")),
    }
    return Link(**read)


def _heard(said: Finished) -> str:
    """Give what iw said, or raise what its exit code means."""
    if said.code == 0:
        return said.stdout
    if "nl80211 not found" in said.stderr + said.stdout:
        raise ProbeFailed(Reason.NO_RADIO, "this machine's kernel knows no radio")
    reason, detail = _SAID.get(
        256 - said.code, (Reason.UNREADABLE, f"iw ended with exit code {said.code}, which we do not know")
    )
    raise ProbeFailed(reason, detail)


def _about(station: str, lines: list[str]) -> list[str]:
    """Give the lines about one station: the access point is not the only one where neighbours talk too."""
    found: list[str] = []
    wanted = False
    for line in lines:
        heading = _STATION.match(line)
        if heading:
            wanted = heading[1] == station
        elif wanted:
            found.append(line)
    return found


def _facts(lines: list[str]) -> dict[str, str]:
    """Give what stands one tab deep: anything deeper is about one of several links, or another network."""
    facts: dict[str, str] = {}
    for line in lines:
        if line.startswith("\t") and not line.startswith("\t\t"):
            key, colon, value = line.strip().partition(":")
            if colon:
                facts.setdefault(key, value.strip())
    return facts


def _number(text: str | None) -> float | None:
    found = _NUMBER.match(text or "")
    return float(found[0]) if found else None


def _count(text: str | None) -> int | None:
    number = _number(text)
    return None if number is None else int(number)


def _dbm(name: str, text: str | None) -> int | None:
    number = _number(text)
    return None if number is None or _DBM[name].fault(round(number)) else round(number)


def _rate(text: str | None) -> float | None:
    found = _RATE.match(text or "")
    return float(found[1]) if found else None
