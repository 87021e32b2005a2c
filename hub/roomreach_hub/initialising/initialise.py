"""How does a folder come to hold a whole deployment, however often it is asked for?"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from roomreach.errors import Misconfigured
from roomreach_hub.initialising import settings
from roomreach_hub.initialising.originals import originals, source
from roomreach_hub.initialising.passwords import SECRETS, keep_or_make

DATA = ("postgres", "influxdb", "grafana", "hostel")
"""Who keeps something in a folder of its own in ``data/``."""

_CLOSED = 0o700
_READABLE = 0o644
_READABLE_FOLDER = 0o755


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing in the folder, and what became of it."""

    path: Path
    outcome: str


def initialise(folder: Path) -> Iterator[Step]:
    """Make what is missing in the folder and keep what is there, telling each as it is done.

    1. The compose file, the servers' configuration and the dashboards, copied.
    2. ``.env``: as whom the containers run, which ports, where images are built from.
    3. ``data/``: a folder for each that keeps something, and ``secrets/``: a file for each secret, for that
       user alone.

    Nothing that is there is ever written over. Raises ``Misconfigured`` and ``Conflict``.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    for original, path in originals():
        yield Step(path=path, outcome=_keep_or_copy(original, folder, path))

    kept = settings.read(folder)
    owner = settings.owner(kept, uid=os.getuid(), gid=os.getgid())
    above = source()
    built_here = above is None or above == folder
    written = settings.complete(folder, kept, settings.wanted(owner, None if built_here else above))
    _give(folder / settings.NAME, owner)
    yield Step(path=Path(settings.NAME), outcome=written)

    for name in ("secrets", "data", *(f"data/{keeper}" for keeper in DATA)):
        (folder / name).mkdir(mode=_CLOSED, exist_ok=True)
        _give(folder / name, owner)
    for name in SECRETS:
        outcome = keep_or_make(folder, name)
        _give(folder / "secrets" / name, owner)
        yield Step(path=Path("secrets") / name, outcome=outcome)


def _keep_or_copy(original: Path, folder: Path, path: Path) -> str:
    copy = folder / path
    if copy.exists():
        same = copy.read_bytes() == original.read_bytes()
        return "kept" if same else "kept, though this version's differs: remove it to have that one"
    # Containers run as another user than root, whatever this one's umask is.
    for parent in reversed(path.parents[:-1]):
        if not (folder / parent).exists():
            (folder / parent).mkdir()
            (folder / parent).chmod(_READABLE_FOLDER)
    shutil.copyfile(original, copy)
    copy.chmod(_READABLE)
    return "made"


def _give(path: Path, owner: settings.Owner) -> None:
    found = path.stat()
    if (found.st_uid, found.st_gid) == (owner.uid, owner.gid):
        return
    try:
        os.chown(path, owner.uid, owner.gid)
    except PermissionError as exc:
        raise Misconfigured(
            f"{path} belongs to another user, so no container could read it: "
            f"sudo chown {owner.uid}:{owner.gid} {path}"
        ) from exc
