"""One folder holds everything a hub remembers: what is where in it, and who uses it now."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from roomreach.errors import Conflict, Misconfigured, NotFound
from roomreach_store.records import Records
from roomreach_store.records.password import with_password

DEFAULT_BROKER_PORT = 1883
_GLANCE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a running hub answers, on loopback: its pages, its broker, its speed server if it has one."""

    pid: int
    page_port: int
    broker_port: int
    speed_port: int | None = None

    @property
    def page(self) -> str:
        """The address to open in a browser."""
        return f"http://127.0.0.1:{self.page_port}"


class Folder:
    """A hub's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.records_file = self.path / "records.db"
        self.series_file = self.path / "series.duckdb"
        self.broker = self.path / "broker"
        self._lock = self.path / "hub.lock"
        self._address = self.path / "hub.json"
        self._broker_port = self.broker / "port"

    @property
    def records_url(self) -> str:
        """The records' address for the store."""
        return f"sqlite:///{quote(str(self.records_file))}"

    @property
    def series_url(self) -> str:
        """The series' address for the store."""
        return f"duckdb:///{quote(str(self.series_file))}"

    def make(self) -> None:
        """Make the folder, readable by this user only; raise ``Misconfigured`` when it cannot be used."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.broker.mkdir(exist_ok=True)
            probe = self.path / ".writable"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as exc:
            raise Misconfigured(
                f"The folder {self.path} cannot be used: {exc.strerror}. "
                "Name another, or let this user write there."
            ) from exc

    @contextlib.contextmanager
    def records(self) -> Iterator[Records]:
        """Open the records for one command, making the folder when there is none.

        In a container there is none: ROOMREACH_RECORDS says where the records are, as it does to the others.
        """
        elsewhere = records_elsewhere(os.environ)
        if elsewhere is None:
            self.make()
        records = Records.open(elsewhere or self.records_url)
        try:
            yield records
        finally:
            records.close()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder, so that no second hub uses it; raise ``Conflict`` with the process that does.

        The kernel lets go of it when this process ends, however it ends.
        """
        with self._lock.open("a+") as lock:
            if not _locked(lock):
                raise Conflict(
                    f"The folder {self.path} is in use by another roomreach, "
                    f"process {self._holder() or 'unknown'}. Stop that one first, or name another folder."
                )
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                yield
            finally:
                self._address.unlink(missing_ok=True)

    def running(self) -> bool:
        """Whether a hub holds the folder now."""
        try:
            with self._lock.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except BlockingIOError:
            return True
        return False

    def publish(self, address: Address) -> None:
        """Write where the hub answers, at once and whole, for commands and programs on this machine."""
        document = {
            "pid": address.pid,
            "page": address.page,
            "page_port": address.page_port,
            "broker_port": address.broker_port,
            "speed_port": address.speed_port,
        }
        fresh = self._address.with_suffix(".new")
        fresh.write_text(json.dumps(document, indent=2) + "\n")
        fresh.replace(self._address)

    def address(self) -> Address:
        """Read where the running hub answers; raise ``NotFound`` when none runs here, or is not up yet."""
        if self.running():
            with contextlib.suppress(OSError, ValueError, KeyError):
                document = json.loads(self._address.read_text())
                return Address(
                    pid=document["pid"],
                    page_port=document["page_port"],
                    broker_port=document["broker_port"],
                    speed_port=document["speed_port"],
                )
        raise NotFound(f"no hub answers for {self.path}")

    @property
    def broker_port(self) -> int | None:
        """The port that agents of this folder were told to report to; None before the first start."""
        with contextlib.suppress(OSError, ValueError):
            return int(self._broker_port.read_text())
        return None

    def keep_broker_port(self, port: int) -> None:
        """Remember the broker's port: agents' settings name it."""
        self._broker_port.write_text(f"{port}\n")

    def _holder(self) -> int | None:
        with contextlib.suppress(OSError, ValueError):
            return int(self._lock.read_text())
        return None


def _locked(lock: IO[str]) -> bool:
    """Lock a file for ourselves; whoever only looks if it is locked holds it for an instant."""
    deadline = time.monotonic() + _GLANCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def records_elsewhere(environment: Mapping[str, str]) -> str | None:
    """Say where the records are when they are in no folder; None when nothing says so."""
    url, name = environment.get("ROOMREACH_RECORDS"), "ROOMREACH_RECORDS_PASSWORD_FILE"
    if not url:
        return None
    try:
        password = Path(file).read_text().strip() if (file := environment.get(name)) else None
    except (OSError, UnicodeDecodeError) as exc:
        raise Misconfigured(f"{name} names a file that cannot be read: {exc}") from exc
    return with_password(url, password)
