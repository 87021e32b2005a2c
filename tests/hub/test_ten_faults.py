"""Ten faults, each made for real: the doctor names exactly that cause, and one thing to do."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import SO_REUSEADDR, SOL_SOCKET, socket

import paho.mqtt.client as paho
import pytest

from collecting import a_report, install, place
from hubs import Up, in_a_process, roomreach
from processes import descendants
from roomreach import topics
from roomreach.identifiers import AgentId
from roomreach.moments import milliseconds
from roomreach.report import Key, Report
from roomreach.wire import encode_report
from roomreach_hub.doctor import hearing
from roomreach_hub.doctor.checks import WITHHELD
from roomreach_hub.folder import Folder
from roomreach_store.records import kept, quarantine
from roomreach_store.series.opening import open_series
from servers import Mosquitto, wait_until

STRANGER = AgentId("a-stranger2")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder as a hub leaves it: one site, one agent that stands in its room, and series."""
    made = Folder(tmp_path / "hub")
    with made.records() as records:
        place(records)
        install(records)
    open_series(made.series_url).close()
    return made


@pytest.fixture
def up(folder: Folder) -> Iterator[Up]:
    with Up(folder.path) as running:
        yield running


def told(folder: Folder) -> tuple[str, str]:
    """The one cause and the one action that the command gives."""
    return _read(roomreach("doctor", "--json", "--in", folder.path))


def told_within(folder: Folder, seed: str) -> tuple[str, str]:
    """The same, after a command of mounting that only the doctor's process sees."""
    within = ("unshare", "-rm", "sh", "-c", f'{seed} && exec "$@"', "sh")
    return _read(in_a_process("doctor", "--json", "--in", folder.path, within=within))


def _read(done) -> tuple[str, str]:
    said = json.loads(done.printed)
    assert done.code == 1
    return said["cause"], said["action"]


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "none"
    assert told(Folder(path)) == (f"there is no folder {path}", f"Make it: roomreach up {path}")


def test_a_file_in_the_folders_place(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    assert told(Folder(path)) == (f"{path} is a file, not a folder", "Move it away, or name another folder.")


def test_a_folder_that_cannot_be_written_to(folder: Folder) -> None:
    path = folder.path
    assert told_within(folder, f"mount --bind {path} {path} && mount -o remount,bind,ro {path}") == (
        f"{path} cannot be written to: read-only file system",
        f"Let this user write there: ls -ld {path} and findmnt -T {path} say who may.",
    )


def test_a_disk_that_is_full(folder: Folder) -> None:
    seed = f"mount -t tmpfs -o size=64k none {folder.path} && {{ cat /dev/zero > {folder.path}/all; true; }}"
    assert told_within(folder, seed) == (
        "only 0 MB are free on its disk",
        "Make room: 500 MB at the least.",
    )


def test_records_that_are_damaged(folder: Folder) -> None:
    with folder.records_file.open("r+b") as file:
        file.seek(4096)  # the first page, and so the header, stays whole
        file.write(b"\xff" * (folder.records_file.stat().st_size - 4096))
    assert told(folder) == (
        f"the records in {folder.records_file} are damaged",
        f"Stop the hub, and put a backup in the place of {folder.records_file}.",
    )


def test_records_from_a_newer_version(folder: Folder) -> None:
    with closing(sqlite3.connect(folder.records_file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of_next_year'")
    assert told(folder) == (
        "a newer roomreach has written the records",
        "Install that version again, or restore a backup.",
    )


def test_series_that_another_process_holds(folder: Folder) -> None:
    hold = f"import duckdb; c = duckdb.connect({str(folder.series_file)!r}); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        found = told(folder)
        holder.kill()
    assert found == (
        f"another process, {holder.pid}, holds the series in {folder.series_file}",
        f"Stop that process: kill {holder.pid}",
    )


def test_series_that_are_damaged(folder: Folder) -> None:
    folder.series_file.write_bytes(b"no series " * 10_000)
    assert told(folder) == (
        f"the series in {folder.series_file} cannot be opened, so they are damaged or of a newer version",
        f"Put a backup in the place of {folder.series_file}; or move it away, and begin with empty series.",
    )


def test_a_hub_that_does_not_run(folder: Folder) -> None:
    assert told(folder) == ("no hub runs in this folder", f"Start it: roomreach up {folder.path}")


def test_a_hub_that_cannot_start_because_its_port_is_taken(folder: Folder) -> None:
    with socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        folder.keep_broker_port(port)
        assert told(folder) == (
            f"another program has port {port}, to which the agents report, so no hub can start",
            f"Find that program, and stop it: ss -ltnp sport = {port}",
        )


def test_a_hub_that_hangs(folder: Folder, up: Up) -> None:
    address = up.address
    os.kill(up.pid, signal.SIGSTOP)
    try:
        assert told(folder) == (
            f"the hub, process {up.pid}, does not answer at {address.page}",
            f"Stop it and start it again: kill {up.pid}; roomreach up {folder.path}",
        )
    finally:
        os.kill(up.pid, signal.SIGCONT)


def test_a_broker_that_cannot_run_because_another_program_took_its_port(folder: Folder, up: Up) -> None:
    port = up.address.broker_port
    with _take(up):
        assert told(folder) == (
            f"what answers on port {port}, to which the agents report, is not our broker",
            f"Find that program, and stop it: ss -ltnp sport = {port}",
        )


def test_a_broker_that_was_killed_and_cannot_come_back(folder: Folder, up: Up) -> None:
    _end_the_broker_for_good(folder, up)
    assert told(folder) == (
        "the broker does not run",
        f"Read {folder.broker / 'broker.log'}; the hub keeps trying to start it.",
    )


def test_a_collector_that_hears_nothing_is_told_from_agents_that_say_nothing(
    folder: Folder, up: Up, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "LONGEST_LOSS_S", 0)
    # It takes whoever has no name, as the doctor has none, and no collector.
    deaf = Mosquitto(tmp_path / "deaf", up.address.broker_port, "clientid_prefixes auto-")
    _end_the_broker_for_good(folder, up)
    with deaf:
        wait_until(lambda: "not authorised" in deaf.log.read_text(), "the collector being refused")
        assert told(folder) == (
            "the collector is silent, not the agents: the broker does not let it listen",
            f"Stop it and start it again: kill {up.pid}; roomreach up {folder.path}",
        )


def test_agents_that_are_silent(folder: Folder, up: Up) -> None:
    publish(up, a_report(taken_ms=_ago(timedelta(hours=3))))
    wait_until(lambda: "roomreach_collector_stored_total 1.0" in up.page("/metrics"), "storing it")
    assert told(folder) == (
        "no agent has been heard for 3 hours, and the hub is well",
        f"Look at one box: roomreach-agent check --settings agent.toml says which step fails. {WITHHELD}",
    )


def test_reports_that_wait_for_a_place(folder: Folder, up: Up) -> None:
    publish(up, a_report(taken_ms=_ago()), a_report(agent=STRANGER, taken_ms=_ago()))
    wait_until(lambda: bool(_kept(folder)), "keeping the stranger's")
    assert told(folder) == (
        f"1 reports wait because nobody recorded where {STRANGER} stood",
        f"roomreach agents add --agent {STRANGER} --site s-… --room LABEL --since MOMENT",
    )


def test_a_quarantine_that_grows(folder: Folder, up: Up) -> None:
    at = _ago()
    publish(up, a_report(taken_ms=at), a_report(taken_ms=at, dropped=1), b"{")
    publish(up, *(a_report(taken_ms=at, dropped=n) for n in (2, 3)))
    wait_until(lambda: len(_quarantined(folder)) == 4, "refusing what contradicts")
    newest = max(entry.id for entry in _quarantined(folder) if entry.reason == "conflict")
    assert told(folder) == (
        "the quarantine grew by 4 in the last day, 3 of them for: conflict",
        f"Look at the newest: roomreach quarantine show {newest} --in {folder.path}",
    )


def test_nothing_is_wrong_with_a_hub_that_hears_its_agents(folder: Folder, up: Up) -> None:
    publish(up, a_report(taken_ms=_ago()))
    wait_until(lambda: "roomreach_collector_stored_total 1.0" in up.page("/metrics"), "storing it")
    done = roomreach("doctor", "--json", "--in", folder.path)
    assert (done.code, json.loads(done.printed)["cause"]) == (0, None)


def publish(up: Up, *messages: Report | bytes) -> None:
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", up.address.broker_port)
    client.loop_start()
    for number, message in enumerate(messages):
        if isinstance(message, Report):
            sent = client.publish(topics.report(message.key), encode_report(message), qos=1)
        else:
            sent = client.publish(topics.report(Key(*a_report(900 + number).key)), message, qos=1)
        sent.wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def _take(up: Up) -> socket:
    """Kill the hub's broker, and bind its port, and answer there in its stead."""
    taken = socket()
    taken.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    port = up.address.broker_port

    def bound() -> bool:
        with suppress(OSError):
            taken.bind(("127.0.0.1", port))
            taken.listen()
            return True
        return False

    _kill_broker(up)
    wait_until(bound, "the broker's port coming free")
    return taken


def _end_the_broker_for_good(folder: Folder, up: Up) -> None:
    """Kill the hub's broker, and let it not write what it would start another with."""
    (folder.broker / "mosquitto.conf").unlink()
    (folder.broker / "mosquitto.conf").mkdir()
    _kill_broker(up)
    wait_until(lambda: "cannot be started" in up.said(), "the hub failing to start it again")


def _kill_broker(up: Up) -> None:
    for pid in descendants(up.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _ago(age: timedelta = timedelta(seconds=5)) -> int:
    return milliseconds(datetime.now(UTC) - age)


def _kept(folder: Folder):
    with folder.records() as records, records.reading() as c:
        return kept.counts(c)


def _quarantined(folder: Folder):
    with folder.records() as records, records.reading() as c:
        return quarantine.entries(c, limit=100)
