"""Whoever stops the demonstration while its past is being made finds nothing left of it."""

import os
import re
import signal
from pathlib import Path

from demos import Demo
from processes import descendants, ended
from servers import wait_until


def test_stopped_in_the_middle_of_its_history_it_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    with Demo(tmp_path / "demo", "--days", "28") as demo:
        # Broker, agent and buildings, and whoever makes the past: each on its leash.
        expected = 2 * (3 + min(2, os.cpu_count() or 1))
        wait_until(lambda: len(descendants(demo.pid)) == expected, "the makers of the past")
        wait_until(lambda: re.search(r"making history, \d+ of 28 days", demo.page("/")), "the notice")
        everyone = descendants(demo.pid)
        assert demo.process is not None
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(15) == 0
        assert all(map(ended, everyone))
        assert list(demo.inside.iterdir()) == []
        assert "Traceback" not in demo.said()
        assert "complete" not in demo.said()
