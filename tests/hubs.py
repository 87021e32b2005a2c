"""The command ``roomreach``: run in this process, or as a person runs it."""

import io
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from roomreach_hub import asking
from roomreach_hub.__main__ import main
from roomreach_hub.folder import Address, Folder
from servers import Program, wait_until

ROOMREACH = (sys.executable, "-m", "roomreach_hub")
ENVIRONMENT = {"NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": ""}
"""As on a person's machine, where Python keeps what it has compiled."""


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    printed: str
    told: str


def roomreach(*words: str | Path) -> Done:
    """Run a command in this process, to its end."""
    printed, told = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(told), pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return Done(int(ended.value.code or 0), printed.getvalue(), told.getvalue())


def in_a_process(
    *words: str | Path, environment: Mapping[str, str] | None = None, within: Sequence[str] = ()
) -> Done:
    """Run a command as a person does, ``within`` another if need be. No trace of ours may ever reach them."""
    done = subprocess.run(
        [*within, *ROOMREACH, *map(str, words)],
        capture_output=True,
        text=True,
        env={**os.environ, **ENVIRONMENT, **(environment or {})},
        timeout=30,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def facts(*words: str | Path) -> Any:
    """Run a command with --json and read what it prints; it must go well."""
    done = roomreach(*words, "--json")
    assert done.code == 0, done.told
    return json.loads(done.printed)


_NUMBERS = itertools.count()


class Up(Program):
    """``roomreach up`` on ports of its own, with what it says in a file beside its folder."""

    def __init__(self, folder: Path, *words: str, broker_port: int | None = 0) -> None:
        self.folder = Folder(folder)
        chosen = [] if broker_port is None else ["--broker-port", str(broker_port)]
        log = folder.with_suffix(f".{next(_NUMBERS)}.log")
        super().__init__([*ROOMREACH, "up", folder, "--port", "0", *chosen, *words], log, ENVIRONMENT)

    def wait_ready(self) -> None:
        wait_until(lambda: not self.alive() or "Ctrl-C stops it" in self.said(), "the hub's start")
        assert self.alive(), self.said()

    @property
    def address(self) -> Address:
        return self.folder.address()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def page(self, path: str) -> str:
        """A page of the hub, which must answer."""
        found = asking.fetch(self.address.page_port, path)
        assert found is not None, f"{path} did not answer with success"
        return found

    def said(self) -> str:
        """What it told the person so far."""
        return self.log.read_text()
