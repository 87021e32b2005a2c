"""Two network namespaces joined by a line of known rate and delay, for tests of what measures them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import machine
import testbed_pipe
from testbed_pipe import Shape

FAR, NEAR = "10.77.0.1", "10.77.0.2"
"""Where the server stands, and where the agent does."""


def require() -> None:
    """Skip the test, or fail it where none may be skipped, on a machine that can make no such line."""
    machine.require("ip")
    lacking = None
    if os.geteuid() != 0:
        lacking = "network namespaces need root"
    elif not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        lacking = "/dev/net/tun is not here: modprobe tun"
    if lacking and os.environ.get("ROOMREACH_REQUIRE") == "all":
        pytest.fail(lacking)
    if lacking:
        pytest.skip(lacking)


@dataclass(frozen=True)
class Link:
    """A line that stands."""

    shape: Shape
    far: str
    near: str

    def at_far(self, *words: str | Path, **options: object) -> "subprocess.Popen[str]":
        """Start a program at the server's end."""
        return _started(self.far, words, options)

    def at_near(self, *words: str | Path, **options: object) -> "subprocess.Popen[str]":
        """Start a program at the agent's end."""
        return _started(self.near, words, options)


def _started(
    namespace: str, words: Sequence[str | Path], options: dict[str, object]
) -> "subprocess.Popen[str]":
    # What else this machine does is no property of the line.
    command = ["nice", "-n", "-10", "ip", "netns", "exec", namespace, *map(str, words)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True, **options)  # type: ignore[call-overload,no-any-return]


@contextmanager
def linked(shape: Shape, congestion: str = "cubic") -> Iterator[Link]:
    """Make a line, and take it away again. ``congestion`` is how TCP at both ends finds its pace.

    Cubic is what a Raspberry Pi has; without it the machine's own choice would decide what is tested.
    """
    link = Link(shape, f"rr{os.getpid()}-far", f"rr{os.getpid()}-near")
    with ExitStack() as stack:
        for namespace in (link.far, link.near):
            testbed_pipe.ip("netns", "add", namespace)
            stack.callback(testbed_pipe.ip, "netns", "delete", namespace)
            testbed_pipe.ip("-n", namespace, "link", "set", "lo", "up")
        pipe = stack.enter_context(
            subprocess.Popen(
                [
                    sys.executable,
                    testbed_pipe.__file__,
                    testbed_pipe.described(shape, [link.far, link.near], congestion),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        assert pipe.stdin
        assert pipe.stdout
        stack.callback(pipe.wait, 5)
        stack.callback(pipe.stdin.close)
        assert pipe.stdout.readline() == "ready\n"
        yield link
