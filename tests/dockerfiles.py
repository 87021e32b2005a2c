"""An image's recipe as data, and what is wrong with it: its wheels are made as its first stage makes them."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
_COMPILED = "/static/built/"
"""What Node compiles into a wheel: that is not done here."""


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A Dockerfile whose build context is the whole source, and what .dockerignore says."""

    name: str
    text: str
    ignoring: str

    @classmethod
    def read(cls, folder: Path, name: str) -> Self:
        path = folder / name
        text = path.read_text() if path.is_file() else ""
        return cls(name, text, (folder / ".dockerignore").read_text())

    def all(self, instruction: str) -> list[str]:
        """What follows an instruction, each time that it is given."""
        text = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", self.text, flags=re.MULTILINE))
        return [
            line.partition(" ")[2].strip() for line in text.splitlines() if line.startswith(f"{instruction} ")
        ]

    def last(self, instruction: str) -> list[str]:
        """The words of the last such instruction in exec form: the one that holds."""
        found = self.all(instruction)
        words: list[str] = json.loads(found[-1][found[-1].index("[") :]) if found else []
        return words

    @property
    def copies(self) -> list[tuple[list[str], str]]:
        """What it copies out of the source, and where to."""
        copies = map(shlex.split, self.all("COPY"))
        return [(words[:-1], words[-1]) for words in copies if not words[0].startswith("--from=")]

    @property
    def copied(self) -> list[str]:
        return [source for sources, _ in self.copies for source in sources]

    @property
    def scripts(self) -> dict[str, str]:
        """The commands that the projects it copies install."""
        return {
            script: target
            for path in self.copied
            if (project := ROOT / path / "pyproject.toml").is_file()
            for script, target in tomllib.loads(project.read_text())["project"].get("scripts", {}).items()
        }

    @property
    def command(self) -> list[str]:
        """What a container of it runs."""
        return self.last("ENTRYPOINT") + self.last("CMD")

    def ignored(self, path: Path) -> bool:
        """Whether .dockerignore keeps a path out of the context: its last line that fits decides."""
        ignored = False
        for line in self.ignoring.splitlines():
            pattern = line.removeprefix("!").rstrip("/")
            fits = any(fnmatch(str(one), pattern) for one in (path, *path.parents[:-1]))
            if fits and line and not line.startswith("#"):
                ignored = not line.startswith("!")
        return ignored

    def faults(self) -> list[str]:
        """Everything it names that is not there, and why its wheels cannot be made or lack something."""
        if not self.text:
            return [f"{self.name} does not exist"]
        return [*self._stages(), *_faults_of_making(self), *self._starts()]

    def _stages(self) -> Iterator[str]:
        stages = set(re.findall(r" AS (\S+)$", "\n".join(self.all("FROM")), re.MULTILINE))
        for stage in re.findall(r"--from=(\S+)", " ".join(self.all("COPY"))):
            if stage not in stages:
                yield f"{stage} is no stage"

    def make(self, folder: Path) -> Iterator[str]:
        """Copy what the first stage copies into a folder, and make its wheels there; give what goes wrong."""
        for sources, destination in self.copies:
            for source in sources:
                if not (ROOT / source).exists():
                    yield f"COPY {source}: there is no such file"
                elif self.ignored(Path(source)):
                    yield f"COPY {source}: .dockerignore keeps it out"
                else:
                    self._copy(source, folder / destination, into=destination.endswith("/"))
        steps = [step.strip() for run in self.all("RUN") for step in run.split("&&")]
        for needed in re.findall(r"--requirement (\S+)|python (\S+\.py)", "\n".join(steps)):
            if not (folder / "".join(needed)).is_file():
                yield f"RUN needs {''.join(needed)}, which is not there"
        for step in steps:
            if step.startswith("pip wheel"):
                yield from _wheels(folder, shlex.split(step)[1:])

    def _copy(self, source: str, destination: Path, *, into: bool) -> None:
        path = ROOT / source
        if path.is_file():
            destination = destination / path.name if into else destination
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, destination)
        else:
            shutil.copytree(path, destination, dirs_exist_ok=True, ignore=self._unwanted)

    def _unwanted(self, folder: str, names: list[str]) -> list[str]:
        within = Path(folder).relative_to(ROOT)
        return [name for name in names if self.ignored(within / name)]

    def _starts(self) -> Iterator[str]:
        program = self.command[0]
        if program not in self.scripts:
            yield f"{program}: no project in the image has such a script"
        made = re.findall(r"python -m venv \S+ (\S+)", " ".join(self.all("RUN")))
        found = re.findall(r"--from=\S+ (\S+) (\S+)", "\n".join(self.all("COPY")))
        if found != [(made[0], made[0])] or f"PATH={made[0]}/bin:$PATH" not in self.all("ENV")[-1].split():
            yield f"{made[0]} is made, and not what is run"


@cache
def _faults_of_making(dockerfile: Dockerfile) -> tuple[str, ...]:
    with TemporaryDirectory() as folder:
        return tuple(dockerfile.make(Path(folder)))


def _wheels(folder: Path, words: list[str]) -> Iterator[str]:
    """Run a ``pip wheel``; give what it says, or what its wheels lack that those of the whole source have."""
    wheels = folder / "wheels"
    words[words.index("--wheel-dir") + 1] = str(wheels)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode:
        yield f"RUN pip wheel: {made.stderr}"
        return
    for wheel in wheels.iterdir():
        whole = _whole_wheels()[wheel.name]
        if lacking := sorted(whole - _contents(wheel)):
            yield f"{wheel.name} lacks {lacking[0]}, and {len(lacking) - 1} more"


@cache
def _whole_wheels() -> dict[str, frozenset[str]]:
    """What is in each wheel when it is made from the whole source."""
    projects = ["."] + [f"./{path.parent.name}" for path in ROOT.glob("*/pyproject.toml")]
    with TemporaryDirectory() as folder:
        options = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", folder)
        subprocess.run([sys.executable, "-m", "pip", "wheel", *options, *projects], cwd=ROOT, check=True)
        return {wheel.name: _contents(wheel) for wheel in Path(folder).iterdir()}


def _contents(wheel: Path) -> frozenset[str]:
    with ZipFile(wheel) as archive:
        return frozenset(name for name in archive.namelist() if _COMPILED not in name)
