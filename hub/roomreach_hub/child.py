"""A program in a process of its own: started on a leash, its words in a file, gone when we are gone.

What it writes to standard output goes to that file too, or to whoever reads ``output``.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from roomreach.errors import Unavailable
from roomreach_hub import leash

LARGEST_LOG_BYTES = 1_000_000
"""A longer log is begun anew when its program is started."""


class Child:
    """One program, started and stopped at will, from one thread."""

    def __init__(self, command: Sequence[str | Path], log: Path, *, piped: bool = False) -> None:
        self.command = [str(word) for word in command]
        self.log = log
        self._piped = piped
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a session of its own, so that a Ctrl-C on our terminal does not reach it first.

        What is left of an earlier start is ended. Raises ``Unavailable`` when it cannot be started.
        """
        self.stop()
        try:
            self._process = self._started()
        except OSError as exc:
            raise Unavailable(f"{Path(self.command[0]).name} cannot be started: {exc.strerror}") from exc

    def _started(self) -> "subprocess.Popen[bytes]":
        fresh = not self.log.exists() or self.log.stat().st_size > LARGEST_LOG_BYTES
        with self.log.open("wb" if fresh else "ab") as words:
            return subprocess.Popen(  # noqa: S603 - our own command line
                [sys.executable, "-I", "-S", leash.__file__, *self.command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if self._piped else words,
                stderr=words,
                start_new_session=True,
            )

    @property
    def output(self) -> IO[bytes]:
        """What a piped program writes, to be read; raises ``Unavailable`` when it was not started."""
        if self._process is None or self._process.stdout is None:
            raise Unavailable(f"{Path(self.command[0]).name} was not started")
        return self._process.stdout

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it and wait until it is gone, which takes the leash's grace at most. Twice does no harm."""
        process, self._process = self._process, None
        if process is None:
            return
        with process:
            if process.stdin is not None:
                process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(leash.GRACE_S + 1)
            if process.returncode is None or process.returncode < 0:
                # The leash hangs, or was itself killed: what it held is in its process group.
                _kill_group(process.pid)

    def last_words(self) -> str:
        """Give the last line it wrote, "" when it wrote none."""
        with contextlib.suppress(OSError):
            lines = self.log.read_text(errors="replace").strip().splitlines()
            return lines[-1].strip() if lines else ""
        return ""


def _kill_group(group: int) -> None:
    deadline = time.monotonic() + 1
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(group, signal.SIGKILL)
            time.sleep(0.01)
