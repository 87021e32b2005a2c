"""What do other programs say? The one place that starts any, and its twin that replays recordings."""

import contextlib
import os
import re
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Protocol, Self

from roomreach.measurement import Reason
from roomreach_agent.failures import ProbeFailed

LARGEST_OUTPUT = 2**20
"""Bytes. A program that says more than this has gone mad."""

# Debian keeps iw here, which is not on everybody's path.
_SYSTEM_FOLDERS = "/usr/sbin:/sbin"

_EXIT = re.compile(r"\[exit (-?[0-9]+)\]")


class ProgramMissing(ProbeFailed):
    """The program is not on this machine, or may not be started."""

    def __init__(self, program: str) -> None:
        super().__init__(Reason.NO_PROGRAM, f"the program {program} is not installed")


class ProgramTimedOut(ProbeFailed):
    """The program was still running when its time was up, and was killed."""

    def __init__(self, program: str, within_s: float) -> None:
        super().__init__(Reason.TIMED_OUT, f"the program {program} did not finish within {within_s:g} s")


class ProgramBabbled(ProbeFailed):
    """The program said more than anybody should read, and was killed."""

    def __init__(self, program: str) -> None:
        super().__init__(Reason.UNREADABLE, f"the program {program} said more than {LARGEST_OUTPUT} bytes")


@dataclass(frozen=True, slots=True)
class Finished:
    """What a program said, and its exit code: negative when a signal ended it."""

    stdout: str = ""
    stderr: str = ""
    code: int = 0


class Shell(Protocol):
    """Whoever can run a program."""

    def run(self, *words: str, within_s: float) -> Finished:
        """Run a program to its end, whatever its exit code.

        Raises ``ProgramMissing``, ``ProgramTimedOut`` and ``ProgramBabbled``.
        """
        ...


@dataclass(frozen=True, slots=True)
class SystemShell:
    """Runs programs of this machine, each in a process group of its own, without a shell between."""

    def run(self, *words: str, within_s: float) -> Finished:
        """Run one in a UTF-8 locale, with nothing to read; see ``Shell.run``."""
        path = f"{os.environ.get('PATH', os.defpath)}:{_SYSTEM_FOLDERS}"
        program = shutil.which(words[0], path=path)
        if program is None:
            raise ProgramMissing(words[0])
        # Under the C locale nmcli replaces letters by question marks: say which locale is meant.
        environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"}
        try:
            process = subprocess.Popen(  # noqa: S603 - words are the probes' own, and no shell reads them
                [program, *words[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                start_new_session=True,
            )
        except OSError as exc:
            raise ProgramMissing(words[0]) from exc
        with process:
            try:
                return _listen(process, words[0], within_s)
            except BaseException:
                _kill_group(process)
                raise


def _listen(process: subprocess.Popen[bytes], program: str, within_s: float) -> Finished:
    """Read both outputs until the program closes them, then wait for its exit code."""
    deadline = time.monotonic() + within_s
    said: dict[IO[bytes] | None, bytearray] = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ, said[pipe])
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise ProgramTimedOut(program, within_s)
            for key, _ in ready:
                chunk = os.read(key.fd, 65_536)
                key.data.extend(chunk)
                if not chunk:
                    selector.unregister(key.fileobj)
            if sum(map(len, said.values())) > LARGEST_OUTPUT:
                raise ProgramBabbled(program)
    try:
        code = process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as exc:
        raise ProgramTimedOut(program, within_s) from exc
    out, err = (said[pipe].decode("utf-8", "replace") for pipe in (process.stdout, process.stderr))
    return Finished(out, err, code)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    # Whatever it started in turn goes too. Nobody waited for it yet, so the group's number is still its own.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class ReplayShell:
    """Answers as recorded: for simulated rooms, and for tests. A command nobody recorded is missing."""

    recordings: Mapping[tuple[str, ...], Finished] = field(default_factory=dict)

    def run(self, *words: str, within_s: float) -> Finished:  # noqa: ARG002 - a recording takes no time
        """Give what was recorded for exactly these words; raise ``ProgramMissing`` where nothing was."""
        try:
            return self.recordings[words]
        except KeyError as exc:
            raise ProgramMissing(words[0]) from exc

    @classmethod
    def of_transcript(cls, text: str) -> Self:
        """Read what a terminal showed: ``$ command``, what it said, and ``[exit N]`` where N is not 0.

        A terminal does not tell the two outputs apart; here whoever failed said it on standard error.
        """
        recordings: dict[tuple[str, ...], Finished] = {}
        command: tuple[str, ...] = ()
        for line in text.splitlines(keepends=True):
            if line.startswith("$ "):
                command = tuple(line[2:].split())
                recordings[command] = Finished()
            elif command and (ended := _EXIT.match(line)):
                recordings[command] = Finished(stderr=recordings[command].stdout, code=int(ended[1]))
            elif command:
                recordings[command] = Finished(recordings[command].stdout + line)
        return cls(recordings)
