"""One folder, one hub."""

import fcntl
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from roomreach.errors import Conflict, Misconfigured, NotFound
from roomreach_hub.folder import Address, Folder
from roomreach_store.series.opening import open_series

ADDRESS = Address(pid=4711, page_port=8801, broker_port=1884)


def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new" / "hub")
    folder.make()
    folder.make()
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match="cannot be used: Not a directory"):
        Folder(tmp_path / "file" / "hub").make()


def test_two_hubs_cannot_hold_one_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.held(), pytest.raises(Conflict, match=r"in use by another roomreach, process \d+"):
        Folder(tmp_path).held().__enter__()
    with folder.held():
        assert folder.running()
    assert not folder.running()


def test_a_hub_begins_although_somebody_looks_whether_one_runs_just_then(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder._lock.open("a+") as lock, ThreadPoolExecutor(1) as other:
        fcntl.flock(lock, fcntl.LOCK_SH)
        other.submit(lambda: (time.sleep(0.2), fcntl.flock(lock, fcntl.LOCK_UN)))
        with folder.held():
            assert folder.running()


def test_a_hub_is_found_while_it_runs_and_no_longer(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with pytest.raises(NotFound):
        folder.address()
    with folder.held():
        with pytest.raises(NotFound):
            folder.address()
        folder.publish(ADDRESS)
        assert Folder(tmp_path).address() == ADDRESS
    with pytest.raises(NotFound):
        folder.address()


def test_what_a_killed_hub_left_behind_is_not_believed(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.publish(ADDRESS)
    with pytest.raises(NotFound):
        folder.address()


def test_the_broker_s_port_is_remembered(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.make()
    assert folder.broker_port is None
    folder.keep_broker_port(1884)
    assert Folder(tmp_path).broker_port == 1884


def test_the_stores_open_whatever_the_folder_is_called(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "a b%20c#é")
    with folder.records():
        open_series(folder.series_url).close()
    assert folder.records_file.exists()
    assert folder.series_file.exists()
