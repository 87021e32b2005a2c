"""``roomreach init``: a folder from which `docker compose up` runs roomreach."""

from pathlib import Path
from typing import Annotated

import typer

from roomreach_hub import speaking
from roomreach_hub.initialising import initialise
from roomreach_hub.initialising.originals import source


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The deployment's folder; made if missing.")
    ] = Path(),
) -> None:
    """Prepare a folder for docker compose: its files, settings and secrets. What is there already is kept.

    Example: roomreach init /srv/roomreach
    """
    for step in initialise(folder):
        speaking.tell(f"  {step.path}: {step.outcome}")
    if source() is None:
        speaking.tell(
            "The images of collector and API are built from a clone of the source, or loaded from one."
        )
    speaking.tell(f"Next: cd {folder.absolute()} && docker compose up --detach --wait")
