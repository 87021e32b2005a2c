"""Only the folder of a demonstration that has ended is removed."""

import os
import tempfile
import time
from pathlib import Path

import pytest

from roomreach_hub import leftovers
from roomreach_hub.folder import Folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(path: Path, *, ago_s: float = 3_600) -> Path:
    path.mkdir()
    (path / "hub.lock").write_text("1")
    os.utime(path / "hub.lock", (time.time() - ago_s,) * 2)
    return path


def test_what_a_killed_demonstration_left_is_removed(temporary: Path) -> None:
    gone = left(temporary / "roomreach-demo-killed")
    (gone / "records.db").write_text("all of it made up")
    leftovers.remove(time.time())
    assert list(temporary.iterdir()) == []


def test_whatever_may_be_in_use_or_is_no_demonstration_stays(temporary: Path) -> None:
    left(temporary / "roomreach-demo-young", ago_s=1)
    left(temporary / "roomreach-test")
    (temporary / "roomreach-demo-bare").mkdir()
    (temporary / "roomreach-demo-file").write_text("")
    elsewhere = left(temporary / "kept")
    (temporary / "roomreach-demo-link").symlink_to(elsewhere)
    running = left(temporary / "roomreach-demo-running")
    before = sorted(temporary.iterdir())
    with Folder(running).held():
        os.utime(running / "hub.lock", (0, 0))
        leftovers.remove(time.time())
    assert sorted(temporary.iterdir()) == before
    assert (elsewhere / "hub.lock").exists()
