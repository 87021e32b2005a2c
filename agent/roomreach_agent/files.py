"""What does a small file say: one of the kernel's, or one that holds a secret?"""

import os
from collections.abc import Mapping
from pathlib import Path


def text_of(path: Path) -> str:
    """Give a file's text, or "" where it is not there or refuses to be read: some kernels lack some files."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def secret_of(path: Path, environment: Mapping[str, str] = os.environ) -> str:
    """Give the secret in a file, or "" where there is none.

    A unit's own user cannot read what root alone may. systemd hands it such a file under the same name in a
    folder of its own (LoadCredential=): that one comes first.
    """
    handed = environment.get("CREDENTIALS_DIRECTORY")
    return (handed and text_of(Path(handed) / path.name).strip()) or text_of(path).strip()
