"""Which secrets does a deployment have, and how is one made so that nobody else reads it and none is lost?"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from roomreach.errors import Conflict, Misconfigured

SECRETS: Mapping[str, str | None] = {
    "postgres-password": "postgres",
    "influxdb-password": "influxdb",
    "influxdb-token": "influxdb",
    "grafana-password": "grafana",
    "operator-token": None,
    "speed-tokens": None,
}
"""Each secret's file in ``secrets/``, and the server that learns it when its data are first made, if any."""

_BYTES = 32
_PRIVATE = 0o600
_OTHERS = 0o077


def keep_or_make(folder: Path, name: str) -> str:
    """Keep a secret that is there, or make one; say which.

    Raises ``Conflict`` when its server's data were made with a secret that is gone: a new one would only lock
    everybody out. Raises ``Misconfigured`` when the file is there and empty.
    """
    path = folder / "secrets" / name
    if path.exists():
        if not path.read_text().strip():
            raise Misconfigured(f"{path} is empty. Put the secret back, or remove the file to have one made.")
        if path.stat().st_mode & _OTHERS:
            path.chmod(_PRIVATE)
            return "kept, and closed to other users"
        return "kept"
    data = folder / "data" / server if (server := SECRETS[name]) else None
    if data and data.is_dir() and any(data.iterdir()):
        raise Conflict(
            f"{data} was made with a secret that is no longer in {path}. "
            "Put it back from your backup; a new one would not open these data."
        )
    write_private(path, secrets.token_urlsafe(_BYTES))
    return "made"


def write_private(path: Path, text: str) -> None:
    """Write a new file for its owner alone: whole or not at all, and never over another."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "w") as file:  # noqa: PTH123 - with a mode
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(fresh)
    finally:
        fresh.unlink()
