"""An image's recipe as data, and what it names that does not exist."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Dockerfile:
    """A Dockerfile whose build context is the whole source."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        path = folder / name
        self.text = path.read_text() if path.is_file() else ""

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
    def copied(self) -> list[str]:
        """What it copies out of the source."""
        copies = map(shlex.split, self.all("COPY"))
        return [path for words in copies if not words[0].startswith("--from=") for path in words[:-1]]

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

    def faults(self) -> list[str]:
        """Everything it names that is not there."""
        if not self.text:
            return [f"{self.name} does not exist"]
        return [*self._copies(), *self._runs(), *self._starts()]

    def _copies(self) -> Iterator[str]:
        stages = set(re.findall(r" AS (\S+)$", "\n".join(self.all("FROM")), re.MULTILINE))
        for stage in re.findall(r"--from=(\S+)", " ".join(self.all("COPY"))):
            if stage not in stages:
                yield f"{stage} is no stage"
        for path in self.copied:
            if not (ROOT / path).exists():
                yield f"COPY {path}: there is no such file"
            elif self._ignored(path):
                yield f"COPY {path}: .dockerignore keeps it out"

    def _runs(self) -> Iterator[str]:
        ran = " ".join(self.all("RUN"))
        needed = re.findall(r"--requirement (\S+)", ran) + re.findall(r"(?:^| )\./(\S+)", ran)
        for path in needed:
            if path not in self.copied:
                yield f"RUN needs {path}, which is not copied"
        for script in re.findall(r"python (\S+\.py)", ran):
            if not (ROOT / script).is_file():
                yield f"RUN python {script}: there is no such file"

    def _starts(self) -> Iterator[str]:
        program = self.command[0]
        if program not in self.scripts:
            yield f"{program}: no project in the image has such a script"

    def _ignored(self, path: str) -> bool:
        ignored = False
        for line in (self.folder / ".dockerignore").read_text().splitlines():
            pattern = line.removeprefix("!").rstrip("/")
            if line and not line.startswith("#") and fnmatch(path, pattern):
                ignored = not line.startswith("!")
        return ignored
