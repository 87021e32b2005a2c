"""A real speed server for tests, in a process of its own."""

import subprocess
import sys
from pathlib import Path
from typing import Self

TOKEN = "a token of twenty-four or so"  # noqa: S105 - nobody's
OTHER_TOKEN = "another agent's own token"  # noqa: S105 - nobody's


class SpeedServer:
    """``roomreach speed-server`` on a port of its own, from entering to leaving."""

    def __init__(self, folder: Path, *options: str, tokens: tuple[str, ...] = (TOKEN, OTHER_TOKEN)) -> None:
        self.tokens = folder / "speed.tokens"
        self.tokens.write_text("\n".join(tokens) + "\n")
        self.command = [
            Path(sys.executable).parent / "roomreach",
            "speed-server",
            "--tokens",
            self.tokens,
            *options,
        ]
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [*self.command, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.port = listening_port(self.process)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        said, _ = self.process.communicate(timeout=10)
        # Agents that go away half way are its daily bread, and no news. Nothing of their tests is left.
        assert said == "", said


def listening_port(process: "subprocess.Popen[str]") -> int:
    """Wait until it says where it listens."""
    assert process.stdout
    line = process.stdout.readline()
    assert "listens on port" in line, line
    return int(line.rstrip().rstrip(".").rpartition(" ")[2])
