"""The secret that says: whoever sends this may read the hub's folder, and so may change what is in it.

New at every start of the hub, in a file that only its own user can read.
"""

import os
import secrets

from roomreach.errors import Misconfigured
from roomreach_hub.folder import Folder

FILE = "operator.token"


def renew(folder: Folder) -> str:
    """Make a new secret, and put it into the folder whole."""
    token = secrets.token_urlsafe(32)
    fresh = folder.path / f"{FILE}.new"
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token)
    fresh.replace(folder.path / FILE)
    return token


def read(folder: Folder) -> str:
    """Read the secret of the hub that runs; raises ``Misconfigured`` when this user may not."""
    try:
        return (folder.path / FILE).read_text()
    except OSError as exc:
        raise Misconfigured(
            f"The secret of the hub in {folder.path} cannot be read ({exc.strerror}): "
            "run this as the user who runs the hub."
        ) from exc
