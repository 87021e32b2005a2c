"""``roomreach demo`` as a person runs it, with its temporary folder inside one of ours."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hubs import ENVIRONMENT, ROOMREACH
from roomreach.errors import NotFound
from roomreach_hub import asking
from roomreach_hub.folder import Address, Folder
from servers import Program, wait_until


class Demo(Program):
    """A demonstration on ports of its own."""

    def __init__(self, folder: Path, *words: str, program: Sequence[str | Path] = ROOMREACH) -> None:
        self.inside = folder
        # The hostel alone, unless a test wants the borough and its past.
        days = () if "--days" in words else ("--days", "0")
        super().__init__(
            [*program, "demo", "--port", "0", "--broker-port", "0", *days, *words],
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


class Opened(Demo):
    """A demonstration that is looked at as soon as there is a page, before any room is heard."""

    def wait_ready(self) -> None:
        wait_until(lambda: not self.alive() or self._answers(), "the demonstration's page")
        assert self.alive(), self.said()

    def wait_heard(self) -> None:
        """Wait until every room of the hostel is heard."""
        super().wait_ready()

    def _answers(self) -> bool:
        with suppress(ValueError, NotFound):  # no folder yet, or nothing served from it
            return asking.answers(self.address.page_port, "/")
        return False
