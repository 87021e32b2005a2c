"""What must the hostel's container be told? Read from the environment, every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from roomreach.errors import Misconfigured
from roomreach_store.records.password import with_password

_BROKER = "mqtt://127.0.0.1:1883"
_PORT = 1883


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the broker and the records are, and the folder that outlives the container."""

    broker_host: str
    broker_port: int
    records: str = field(repr=False)
    state: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read ROOMREACH_… variables; raise ``Misconfigured`` naming every fault."""
        faults: list[str] = []
        internal = _internal(environment, faults)
        host, port = _broker(_required(environment, "ROOMREACH_BROKER", _BROKER, faults), faults, internal)
        settings = cls(
            broker_host=host,
            broker_port=port,
            records=_records(environment, faults),
            state=Path(_required(environment, "ROOMREACH_STATE", "/var/lib/roomreach", faults)),
        )
        if faults:
            raise Misconfigured("\n  ".join(["The hostel cannot start:", *faults]))
        return settings


def _required(environment: Mapping[str, str], name: str, example: str, faults: list[str]) -> str:
    value = environment.get(name, "")
    if not value:
        faults.append(f"{name} is not set. Set it, for example to {example}")
    return value


def _internal(environment: Mapping[str, str], faults: list[str]) -> bool:
    value = environment.get("ROOMREACH_INTERNAL_NETWORK") or "no"
    if value not in {"yes", "no"}:
        faults.append(f"ROOMREACH_INTERNAL_NETWORK is {value!r}: say yes or no")
    return value == "yes"


def _broker(url: str, faults: list[str], internal: bool) -> tuple[str, int]:  # noqa: FBT001 - one call, above
    if not url:
        return "", 0
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORT
    except ValueError:
        host, port = "", 0
    if not host or parts.scheme != "mqtt" or parts.path.strip("/") or parts.username or parts.query:
        faults.append(f"ROOMREACH_BROKER is not like {_BROKER}")
    elif not (internal or _is_loopback(host)):
        faults.append(
            "ROOMREACH_BROKER names another machine, but what is made up goes to a broker on loopback only. "
            "In a network that nobody else can reach, such as that of containers, "
            "ROOMREACH_INTERNAL_NETWORK=yes allows any broker."
        )
    return host, port


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _records(environment: Mapping[str, str], faults: list[str]) -> str:
    url = _required(environment, "ROOMREACH_RECORDS", "sqlite:////var/lib/roomreach/records.db", faults)
    name = "ROOMREACH_RECORDS_PASSWORD_FILE"
    file = environment.get(name)
    try:
        return with_password(url, Path(file).read_text().strip() if file else None)
    except (Misconfigured, OSError, UnicodeDecodeError) as exc:
        faults.append(f"{name}: {exc}")
        return url
