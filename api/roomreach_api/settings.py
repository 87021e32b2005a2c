"""What must an operator tell this process? Read from the environment, every fault named at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from roomreach.errors import Misconfigured

_LISTEN = "127.0.0.1:8800"
_LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "[::1]": "::1"}
_HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the stores are, and where to listen."""

    records: str = field(repr=False)
    series: str = field(repr=False)
    series_token: str | None = field(default=None, repr=False)
    host: str
    port: int

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
        token = _token(environment, faults)
        host, port = _listen(environment.get("ROOMREACH_LISTEN", _LISTEN), faults)
        if faults:
            raise Misconfigured("\n".join(faults))
        return cls(records=records, series=series, series_token=token, host=host, port=port)


def _required(environment: Mapping[str, str], name: str, example: str, faults: list[str]) -> str:
    value = environment.get(name, "")
    if not value:
        faults.append(f"{name} is missing: give the address of the store, such as {example}")
    return value


def _token(environment: Mapping[str, str], faults: list[str]) -> str | None:
    path = environment.get("ROOMREACH_SERIES_TOKEN_FILE")
    if not path:
        return None
    try:
        token = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        faults.append(f"ROOMREACH_SERIES_TOKEN_FILE is {path}, which cannot be read: {exc}")
        return None
    if not token:
        faults.append(f"ROOMREACH_SERIES_TOKEN_FILE is {path}, which is empty")
    return token


def _listen(text: str, faults: list[str]) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (colon and port.isascii() and port.isdecimal() and int(port[:6]) <= _HIGHEST_PORT):
        faults.append(f"ROOMREACH_LISTEN is {text!r}, expected an address and a port, such as {_LISTEN}")
    elif host not in _LOOPBACK:
        faults.append(
            f"ROOMREACH_LISTEN is {text!r}, but this server listens on loopback only: "
            "there are no accounts yet, so whoever can reach it can read everything. "
            "Use 127.0.0.1, localhost or [::1]; to read it from another machine, go through an SSH tunnel."
        )
    else:
        return _LOOPBACK[host], int(port)
    return "", 0
