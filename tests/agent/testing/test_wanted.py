"""The last good word of the server's, kept on the disk."""

from pathlib import Path

import pytest

from roomreach.desired import Desired, Slot
from roomreach.wire import encode_desired
from roomreach_agent.testing.wanted import Wanted

SLOT = Slot(start_ms=5_000, latest_ms=65_000, most_bytes=14_000_000)


def word(version: int, *slots: Slot) -> bytes:
    return encode_desired(Desired(version=version, issued_ms=1, tests=slots))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.desired.json"


def test_what_was_heard_is_known_after_a_start(path: Path) -> None:
    assert Wanted(path).current is None
    assert Wanted(path).hear(word(3, SLOT))
    assert Wanted(path).current == Desired(version=3, issued_ms=1, tests=(SLOT,))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_older_word_is_ignored_and_the_same_again_is_nothing_new(path: Path) -> None:
    changes: list[None] = []
    wanted = Wanted(path, on_change=lambda: changes.append(None))
    assert wanted.hear(word(3, SLOT))
    assert wanted.hear(word(3, SLOT))
    assert not wanted.hear(word(2))
    assert wanted.hear(word(4))
    assert (wanted.ignored, len(changes)) == (1, 2)
    assert wanted.current == Desired(version=4, issued_ms=1)


@pytest.mark.parametrize("payload", [b"", b"{", b'{"v":2}', b"\xff" * 40_000])
def test_garbage_changes_nothing_is_counted_and_said(
    path: Path, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = Wanted(path)
    wanted.hear(word(3, SLOT))
    assert not wanted.hear(payload)
    assert wanted.ignored == 1
    assert "is ignored" in caplog.text
    assert Wanted(path).current == wanted.current


def test_a_file_cut_short_or_a_disk_that_fails_stops_nothing(path: Path) -> None:
    path.write_bytes(word(3, SLOT)[:-5])
    wanted = Wanted(path)
    assert wanted.current is None
    assert wanted.hear(word(3, SLOT))
    lost = Wanted(path.parent / "nowhere" / "outbox.desired.json")
    assert lost.hear(word(3, SLOT))
    assert lost.current == wanted.current


def test_a_kill_while_it_is_written_leaves_the_last_good_one(path: Path) -> None:
    Wanted(path).hear(word(3, SLOT))
    path.with_name(f"{path.name}.new").write_bytes(b"half of")
    wanted = Wanted(path)
    assert wanted.current
    assert wanted.current.version == 3
    assert wanted.hear(word(4))
    assert Wanted(path).current == wanted.current
