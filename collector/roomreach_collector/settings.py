"""What must an operator say before a collector can start? Read from the environment, every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from roomreach.errors import Misconfigured
from roomreach_collector.addresses import listening_address
from roomreach_collector.inbox import Protocol, Tls
from roomreach_store.records.password import with_password

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_LONGEST_S = 3600
_PROTOCOLS = {"3.1.1": Protocol.V311, "5": Protocol.V5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the broker and the two stores are, where to say how we are, and whom to tell that we are well.

    Without ``listen`` there are no pages, without ``deadman_url`` nobody is told: there is no default.
    """

    broker_host: str
    broker_port: int
    broker_tls: Tls | None
    broker_protocol: Protocol
    records: str = field(repr=False)
    series: str
    series_token: str | None = field(default=None, repr=False)
    listen: tuple[str, int] | None = None
    deadman_url: str | None = field(default=None, repr=False)
    deadman_every_s: float = 60.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read ROOMREACH_… variables; raise ``Misconfigured`` naming every fault."""
        reader = _Reader(environment)
        scheme, host, port = reader.broker()
        settings = cls(
            broker_host=host,
            broker_port=port,
            broker_tls=reader.tls(scheme),
            broker_protocol=reader.protocol(),
            records=reader.records(),
            series=reader.required("ROOMREACH_SERIES", "influxdb+http://127.0.0.1:8086/roomreach"),
            series_token=reader.secret("ROOMREACH_SERIES_TOKEN_FILE"),
            listen=reader.listen(),
            deadman_url=reader.deadman_url(),
            deadman_every_s=reader.deadman_every_s(),
        )
        if reader.faults:
            raise Misconfigured("\n".join(["The collector cannot start:", *reader.faults]))
        return settings


def deadman(environment: Mapping[str, str]) -> tuple[str | None, float]:
    """Read whom to tell that we are well, if anybody, and every how many seconds; raise ``Misconfigured``."""
    reader = _Reader(environment)
    told = reader.deadman_url(), reader.deadman_every_s()
    if reader.faults:
        raise Misconfigured("\n".join(["The dead-man's switch cannot be told:", *reader.faults]))
    return told


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[str] = []

    def required(self, name: str, example: str) -> str:
        value = self._environment.get(name, "")
        if not value:
            self.faults.append(f"  {name} is not set. Set it, for example to {example}")
        return value

    def broker(self) -> tuple[str, str, int]:
        name, example = "ROOMREACH_BROKER", "mqtt://127.0.0.1:1883"
        url = self.required(name, example)
        if not url:
            return "mqtt", "", 0
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            host, port = None, 0
        if host is None or not port or parts.path.strip("/") or parts.username or parts.query:
            self.faults.append(f"  {name} is not like {example} or mqtts://broker.example:8883")
            return "mqtt", "", 0
        return parts.scheme, host, port

    def tls(self, scheme: str) -> Tls | None:
        ca, certificate, key = (
            self._file(f"ROOMREACH_BROKER_{part}") for part in ("CA", "CERTIFICATE", "KEY")
        )
        if (certificate is None) != (key is None):
            self.faults.append(
                "  ROOMREACH_BROKER_CERTIFICATE and ROOMREACH_BROKER_KEY go together: set both"
            )
        if scheme == "mqtts":
            return Tls(ca=ca, certificate=certificate, key=key)
        if ca or certificate or key:
            self.faults.append("  ROOMREACH_BROKER names certificates, and mqtt:// uses none: say mqtts://")
        return None

    def protocol(self) -> Protocol:
        name = "ROOMREACH_BROKER_PROTOCOL"
        value = self._environment.get(name) or "3.1.1"
        if value not in _PROTOCOLS:
            self.faults.append(f"  {name} is {value!r}: say {' or '.join(_PROTOCOLS)}")
        return _PROTOCOLS.get(value, Protocol.V311)

    def records(self) -> str:
        url = self.required("ROOMREACH_RECORDS", "sqlite:////var/lib/roomreach/records.db")
        try:
            return with_password(url, self.secret("ROOMREACH_RECORDS_PASSWORD_FILE"))
        except Misconfigured as exc:
            self.faults.append(f"  ROOMREACH_RECORDS_PASSWORD_FILE: {exc}")
            return url

    def listen(self) -> tuple[str, int] | None:
        text = self._environment.get("ROOMREACH_COLLECTOR_LISTEN")
        internal = self._environment.get("ROOMREACH_INTERNAL_NETWORK") or "no"
        if internal not in {"yes", "no"}:
            self.faults.append(f"  ROOMREACH_INTERNAL_NETWORK is {internal!r}: say yes or no")
        if not text:
            return None
        try:
            return listening_address(text, internal=internal == "yes")
        except Misconfigured as exc:
            self.faults.append(f"  ROOMREACH_COLLECTOR_LISTEN is {text!r}: {exc}")
            return None

    def deadman_url(self) -> str | None:
        url, file = self._environment.get("ROOMREACH_DEADMAN_URL"), self.secret("ROOMREACH_DEADMAN_URL_FILE")
        if url and file:
            self.faults.append("  ROOMREACH_DEADMAN_URL and ROOMREACH_DEADMAN_URL_FILE are both set: set one")
        url = url or file
        if not url:
            return None
        try:
            parts = urlsplit(url)
            sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            sound = False
        if not sound or parts.username or not (url.isascii() and url.isprintable()) or " " in url:
            # Whoever knows it can say that we are well: it is not repeated.
            self.faults.append("  ROOMREACH_DEADMAN_URL is not like https://watch.example/some-secret-path")
        return url

    def deadman_every_s(self) -> float:
        text = self._environment.get("ROOMREACH_DEADMAN_EVERY_S") or "60"
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= _LONGEST_S):
            self.faults.append(
                f"  ROOMREACH_DEADMAN_EVERY_S is {text!r}: say how many seconds, from 1 to {_LONGEST_S}"
            )
            return 60.0
        return float(text)

    def secret(self, name: str) -> str | None:
        path = self._file(name)
        if path is None:
            return None
        try:
            return path.read_text().strip()
        except (OSError, UnicodeDecodeError) as exc:
            self.faults.append(f"  {name} names a file that cannot be read: {exc}")
            return None

    def _file(self, name: str) -> Path | None:
        value = self._environment.get(name)
        if not value:
            return None
        path = Path(value)
        if not path.is_file():
            self.faults.append(f"  {name} names {value}, and there is no such file")
            return None
        return path
