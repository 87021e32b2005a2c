"""What does a file of the kernel say?"""

from pathlib import Path


def text_of(path: Path) -> str:
    """Give a file's text, or "" where it is not there or refuses to be read: some kernels lack some files."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
