"""Write the files that Grafana reads into a folder, and nothing over a file that is not ours."""

from collections.abc import Mapping
from pathlib import Path

from roomreach.errors import Conflict
from roomreach_hub.grafana.files import ours


def export(files: Mapping[str, str], folder: Path) -> dict[str, bool]:
    """Write each file unless it is there already, and say of each whether it was written.

    Raises ``Conflict``, having written nothing, when a file of that name was not made by us.
    """
    there = {name: _text(folder / name) for name in files}
    for name, text in there.items():
        if text is not None and not ours(text):
            raise Conflict(
                f"{folder / name} was not made by roomreach, so nothing was written: "
                "move it away, or choose another folder."
            )
    changed = {name: there[name] != text for name, text in files.items()}
    for name, text in files.items():
        if changed[name]:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    return changed


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
