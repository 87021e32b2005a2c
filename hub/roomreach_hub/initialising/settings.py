"""What does ``.env`` say? Nothing secret: who owns the files, which ports, where the source is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from roomreach.errors import Misconfigured
from roomreach_hub.initialising.passwords import write_private

NAME = ".env"
_ROOT = 0
_SERVANT = 10_001
"""Whose containers run when root makes the folder: no user of this machine, and not root."""

_LINE = re.compile(r"^([A-Z_]+)=(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose the secrets and the data are, and as whom every container runs."""

    uid: int
    gid: int


def read(folder: Path) -> dict[str, str]:
    """Read the settings that are there already."""
    path = folder / NAME
    return dict(_LINE.findall(path.read_text())) if path.is_file() else {}


def owner(kept: Mapping[str, str], *, uid: int, gid: int) -> Owner:
    """Say who shall own the folder: who owns it already, else who asks, else (for root) a number of nobody's.

    Raises ``Misconfigured`` when somebody else owns it.
    """
    try:
        found = Owner(uid=int(kept["ROOMREACH_UID"]), gid=int(kept["ROOMREACH_GID"]))
    except KeyError:
        return Owner(uid=_SERVANT, gid=_SERVANT) if uid == _ROOT else Owner(uid=uid, gid=gid)
    except ValueError as exc:
        raise Misconfigured(f"ROOMREACH_UID and ROOMREACH_GID in {NAME} must be numbers.") from exc
    if found.uid == _ROOT:
        raise Misconfigured(f"ROOMREACH_UID in {NAME} is 0: no container of ours runs as root.")
    if uid not in {_ROOT, found.uid}:
        raise Misconfigured(f"This folder belongs to user {found.uid}, says {NAME}: run this as that user.")
    return found


def wanted(owner: Owner, source: Path | None) -> dict[str, str]:
    """Every setting that the compose file asks for."""
    return {
        "ROOMREACH_UID": str(owner.uid),
        "ROOMREACH_GID": str(owner.gid),
        "ROOMREACH_SOURCE": str(source or "."),
        "ROOMREACH_PAGE_PORT": "8800",
        "ROOMREACH_BROKER_PORT": "1883",
        "ROOMREACH_GRAFANA_PORT": "3000",
        "ROOMREACH_SPEED_PORT": "8805",
    }


def complete(folder: Path, kept: Mapping[str, str], settings: Mapping[str, str]) -> str:
    """Write the settings, or add those that are missing; say which."""
    path = folder / NAME
    missing = {name: value for name, value in settings.items() if name not in kept}
    lines = "".join(f"{name}={value}\n" for name, value in missing.items())
    if not path.exists():
        write_private(path, f"# Written by `roomreach init`. Secrets are in secrets/, never here.\n{lines}")
        return "made"
    if not missing:
        return "kept"
    text = path.read_text()
    path.write_text(text + ("\n" if text and not text.endswith("\n") else "") + lines)
    return f"kept, with {', '.join(missing)} added"
