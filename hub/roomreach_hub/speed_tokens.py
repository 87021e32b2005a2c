"""What an agent shows the hub's speed server: a token of its own, in a file of its own.

A file is named after its agent. Whoever removes one has withdrawn its token.
"""

import os
import secrets
from pathlib import Path

from roomreach.errors import Unavailable
from roomreach.identifiers import AgentId
from roomreach_hub.folder import Folder

FOLDER = "speed-tokens"


def made(folder: Folder) -> Path:
    """Make the folder of the tokens, which only its own user can read."""
    tokens = folder.path / FOLDER
    try:
        tokens.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise Unavailable(f"{tokens} cannot be made: {exc.strerror}") from exc
    return tokens


def mint(folder: Folder, agent: AgentId) -> Path:
    """Give an agent its token, unless it has one: a box that moves keeps its settings."""
    file = made(folder) / agent
    if file.exists():
        return file
    # Whole at once: the server reads the folder as soon as it has changed.
    fresh = file.with_name(f".{agent}")
    try:
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as text:
            text.write(secrets.token_urlsafe(32) + "\n")
        fresh.replace(file)
    except OSError as exc:
        raise Unavailable(f"{file} cannot be written: {exc.strerror}") from exc
    return file
