"""What must an operator tell this process? Read from the environment, every fault named at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from roomreach.errors import Misconfigured
from roomreach_store.records.password import with_password

_LISTEN = "127.0.0.1:8800"
_LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "[::1]": "::1"}
_HIGHEST_PORT = 65_535
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the stores are, where to listen, and what an operator sends along who changes anything.

    Without an operator's secret nobody can change anything. ``hosts`` are names it is called by in its
    network, besides those that this machine has for itself.
    """

    records: str = field(repr=False)
    series: str = field(repr=False)
    series_token: str | None = field(default=None, repr=False)
    operator_token: str | None = field(default=None, repr=False)
    host: str
    port: int
    hosts: frozenset[str] = frozenset()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; raises ``Misconfigured`` saying everything that is wrong."""
        faults: list[str] = []
        records = _required(
            environment, "ROOMREACH_RECORDS", "sqlite:////var/lib/roomreach/records.db", faults
        )
        series = _required(
            environment, "ROOMREACH_SERIES", "influxdb+http://127.0.0.1:8086/roomreach", faults
        )
        password = _secret(environment, "ROOMREACH_RECORDS_PASSWORD_FILE", faults)
        try:
            records = with_password(records, password)
        except Misconfigured as exc:
            faults.append(f"ROOMREACH_RECORDS_PASSWORD_FILE: {exc}")
        token = _secret(environment, "ROOMREACH_SERIES_TOKEN_FILE", faults)
        operator_token = _secret(environment, "ROOMREACH_OPERATOR_TOKEN_FILE", faults)
        if operator_token and not all("!" <= letter <= "~" for letter in operator_token):
            faults.append("ROOMREACH_OPERATOR_TOKEN_FILE holds what no request can carry: one word of ASCII")
        internal = _internal(environment, faults)
        host, port = _listen(environment.get("ROOMREACH_LISTEN", _LISTEN), faults, internal=internal)
        hosts = _hosts(environment.get("ROOMREACH_HOSTS", ""), faults)
        if faults:
            raise Misconfigured("\n".join(faults))
        return cls(
            records=records,
            series=series,
            series_token=token,
            operator_token=operator_token,
            host=host,
            port=port,
            hosts=hosts,
        )


def _required(environment: Mapping[str, str], name: str, example: str, faults: list[str]) -> str:
    value = environment.get(name, "")
    if not value:
        faults.append(f"{name} is missing: give the address of the store, such as {example}")
    return value


def _secret(environment: Mapping[str, str], name: str, faults: list[str]) -> str | None:
    path = environment.get(name)
    if not path:
        return None
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        faults.append(f"{name} is {path}, which cannot be read: {exc}")
        return None
    if not secret:
        faults.append(f"{name} is {path}, which is empty")
    return secret


def _hosts(text: str, faults: list[str]) -> frozenset[str]:
    names = frozenset(text.lower().replace(",", " ").split())
    if not all(map(_NAME.fullmatch, names)):
        faults.append(f"ROOMREACH_HOSTS is {text!r}, expected names without a port, such as api")
    return names


def _internal(environment: Mapping[str, str], faults: list[str]) -> bool:
    value = environment.get("ROOMREACH_INTERNAL_NETWORK") or "no"
    if value not in {"yes", "no"}:
        faults.append(f"ROOMREACH_INTERNAL_NETWORK is {value!r}: say yes or no")
    return value == "yes"


def _listen(text: str, faults: list[str], *, internal: bool) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (colon and port.isascii() and port.isdecimal() and int(port[:6]) <= _HIGHEST_PORT):
        faults.append(f"ROOMREACH_LISTEN is {text!r}, expected an address and a port, such as {_LISTEN}")
    elif host in _LOOPBACK:
        return _LOOPBACK[host], int(port)
    elif internal and (address := _address(host)):
        return address, int(port)
    else:
        faults.append(
            f"ROOMREACH_LISTEN is {text!r}, but this server listens on loopback only: "
            "there are no accounts yet, so whoever can reach it can read everything. "
            "Use 127.0.0.1, localhost or [::1]; to read it from another machine, go through an SSH tunnel. "
            "In a network that nobody else can reach, such as that of containers, "
            "ROOMREACH_INTERNAL_NETWORK=yes allows any address of this machine."
        )
    return "", 0


def _address(host: str) -> str | None:
    try:
        return str(ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        return None
