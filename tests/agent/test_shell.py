"""Starting other programs for real, and replaying what they said."""

import os
import time
from pathlib import Path

import pytest

from roomreach.measurement import Reason
from roomreach_agent.shell import (
    Finished,
    ProgramBabbled,
    ProgramMissing,
    ProgramTimedOut,
    ReplayShell,
    SystemShell,
)
from servers import wait_until

SHELL = SystemShell()


def test_a_program_is_heard_on_both_its_outputs_with_its_exit_code():
    said = SHELL.run("sh", "-c", "echo out; echo err >&2; exit 3", within_s=5)
    assert said == Finished("out\n", "err\n", 3)


def test_words_reach_the_program_as_they_are():
    assert SHELL.run("printf", "%s", "$HOME; `ls` *", within_s=5).stdout == "$HOME; `ls` *"


def test_a_program_speaks_utf_8_whatever_locale_we_inherited(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    assert SHELL.run("sh", "-c", "echo $LC_ALL", within_s=5).stdout == "C.UTF-8\n"


def test_bytes_that_are_no_text_do_not_stop_us():
    assert SHELL.run("printf", r"\377x", within_s=5).stdout == "\ufffdx"


def test_programs_are_found_where_debian_keeps_them_for_root(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramMissing) as caught:
        SHELL.run("no-such-program-anywhere", within_s=5)
    assert caught.value.reason is Reason.NO_PROGRAM
    said = SHELL.run("ldconfig", "--version", within_s=5)
    assert said.code == 0


def test_a_file_that_cannot_be_started_counts_as_missing(monkeypatch, tmp_path: Path):
    broken = tmp_path / "broken"
    broken.write_text("#!/nowhere/interpreter\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramMissing):
        SHELL.run("broken", within_s=5)


def test_a_program_that_takes_too_long_is_killed_with_everything_it_started(tmp_path: Path):
    pid = tmp_path / "pid"
    begun = time.monotonic()
    with pytest.raises(ProgramTimedOut) as caught:
        SHELL.run("sh", "-c", f"sleep 60 & echo $! > {pid}; wait", within_s=0.3)
    assert caught.value.reason is Reason.TIMED_OUT
    assert time.monotonic() - begun < 3
    wait_until(lambda: not _runs(int(pid.read_text())), "the end of its child", within_s=5)


def test_a_program_that_closed_its_outputs_and_goes_on_is_killed_too():
    with pytest.raises(ProgramTimedOut):
        SHELL.run("sh", "-c", "exec >&- 2>&-; sleep 60", within_s=0.3)


def test_a_program_that_says_too_much_is_killed():
    begun = time.monotonic()
    with pytest.raises(ProgramBabbled) as caught:
        SHELL.run("yes", within_s=30)
    assert caught.value.reason is Reason.UNREADABLE
    assert time.monotonic() - begun < 5


def test_a_program_has_nothing_to_read():
    assert SHELL.run("cat", within_s=5) == Finished()


def test_a_replayed_command_says_what_was_recorded_and_any_other_is_missing():
    shell = ReplayShell({("iw", "dev"): Finished("phy#0\n")})
    assert shell.run("iw", "dev", within_s=1).stdout == "phy#0\n"
    with pytest.raises(ProgramMissing):
        shell.run("iw", "list", within_s=1)


def test_a_transcript_of_a_terminal_is_replayed():
    shell = ReplayShell.of_transcript(
        "$ iw dev wlan0 link\nNot connected.\n$ iw dev\n"
        "$ iw list\ncommand failed: No such device (-19)\n[exit 237]\n"
    )
    assert shell.run("iw", "dev", "wlan0", "link", within_s=1) == Finished("Not connected.\n")
    assert shell.run("iw", "dev", within_s=1) == Finished()
    assert shell.run("iw", "list", within_s=1) == Finished(
        stderr="command failed: No such device (-19)\n", code=237
    )


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"} and os.getpgid(pid) > 0
