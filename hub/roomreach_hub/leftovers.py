"""What did demonstrations that were killed outright leave behind? Temporary folders that nobody uses."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from roomreach_hub.folder import Folder

PREFIX = "roomreach-demo-"
_OLD_S = 60.0
"""A younger folder may belong to somebody who is about to lock it."""


def remove(now_s: float) -> None:
    """Remove this user's folders of demonstrations that have ended; ``now_s`` is in seconds since 1970."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if _ended(path, now_s):
                shutil.rmtree(path, ignore_errors=True)


def _ended(path: Path, now_s: float) -> bool:
    about = path.lstat()
    ours = path.is_dir() and not path.is_symlink() and about.st_uid == os.geteuid()
    # Without a lock no hub ever ran there: it is somebody else's, or has only just been made.
    locked = (path / "hub.lock").lstat() if ours else about
    return ours and now_s - locked.st_mtime > _OLD_S and not Folder(path).running()
