"""``roomreach demo`` as a person runs it, with its temporary folder inside one of ours."""

import json
from pathlib import Path
from typing import Any

from hubs import ENVIRONMENT, ROOMREACH
from roomreach_hub import asking
from roomreach_hub.folder import Address, Folder
from servers import Program, wait_until


class Demo(Program):
    """A demonstration on ports of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.inside = folder
        super().__init__(
            [*ROOMREACH, "demo", "--port", "0", "--broker-port", "0", *words],
            folder.with_suffix(".log"),
            {**ENVIRONMENT, "TMPDIR": str(folder)},
        )
        folder.mkdir()

    def wait_ready(self) -> None:
        wait_until(
            lambda: not self.alive() or "Ctrl-C stops it" in self.said(), "the demonstration's start", 40
        )
        assert self.alive(), self.said()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def temporary(self) -> Path:
        """The one folder that holds everything."""
        (folder,) = self.inside.iterdir()
        return folder

    @property
    def address(self) -> Address:
        return Folder(self.temporary).address()

    def page(self, path: str) -> str:
        """A page of it, which must answer."""
        found = asking.fetch(self.address.page_port, path)
        assert found is not None, f"{path} did not answer with success"
        return found

    def facts(self, path: str) -> Any:
        """An answer of its API."""
        return json.loads(self.page(path))

    def said(self) -> str:
        """What it told the person so far."""
        return self.log.read_text()
