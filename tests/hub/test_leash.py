"""Nothing we start outlives us."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from processes import descendants
from roomreach.errors import Unavailable
from roomreach_hub.child import Child
from servers import wait_until

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""

PARENT = f"""
import sys, time
from pathlib import Path
from roomreach_hub.child import Child
child = Child([sys.executable, "-c", {STUBBORN!r}], Path(sys.argv[1]))
child.start()
time.sleep(60)
"""


def test_a_program_runs_until_it_is_stopped(tmp_path: Path, ours: Callable[[], list[int]]) -> None:
    child = Child(["sleep", "60"], tmp_path / "log")
    child.start()
    wait_until(lambda: len(ours()) == 2, "the leash and its program")
    assert child.alive()
    child.stop()
    child.stop()
    assert not child.alive()
    assert ours() == []


def test_a_program_that_does_not_want_to_stop_is_killed(
    tmp_path: Path, ours: Callable[[], list[int]]
) -> None:
    child = Child([sys.executable, "-c", STUBBORN], tmp_path / "log")
    child.start()
    wait_until(lambda: child.last_words() == "up", "the program's start")
    child.stop()
    assert ours() == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_program_ends_when_we_are_killed(tmp_path: Path, how: signal.Signals) -> None:
    log = tmp_path / "log"
    with subprocess.Popen([sys.executable, "-c", PARENT, log]) as parent:
        wait_until(lambda: log.exists() and "up" in log.read_text(), "the program's start")
        mine = descendants(parent.pid)
        assert len(mine) == 2
        parent.send_signal(how)
    wait_until(lambda: not any(_runs(pid) for pid in mine), "the end of all it had started")


def test_a_program_that_ends_by_itself_is_noticed_with_its_last_words(tmp_path: Path) -> None:
    child = Child([sys.executable, "-c", "print('first'); print('the disk is gone')"], tmp_path / "log")
    child.start()
    wait_until(lambda: not child.alive(), "the end being noticed")
    assert child.last_words() == "the disk is gone"
    child.stop()


def test_a_log_grown_too_long_is_begun_anew(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * 2_000_000)
    child = Child(["true"], log)
    child.start()
    wait_until(lambda: not child.alive(), "the end")
    child.stop()
    assert log.stat().st_size == 0


def test_a_program_that_cannot_be_started_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="sleep cannot be started"):
        Child(["sleep", "1"], tmp_path / "no folder" / "log").start()


def _runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
