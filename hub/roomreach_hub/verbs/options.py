"""The options that many commands share."""

from pathlib import Path
from typing import Annotated

import typer

In = Annotated[
    Path,
    typer.Option("--in", envvar="ROOMREACH_DIR", help="The hub's folder.", metavar="DIR", show_envvar=True),
]
DEFAULT_FOLDER = Path("roomreach-data")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
