"""Debian's PostgreSQL for tests: its own port and folder, loopback only, killed and started at will."""

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg
from sqlalchemy import URL

import machine
from processes import descendants, ended
from servers import Program, free_port, wait_until

USER = "roomreach"
PASSWORD = "test p@ss/word:%"  # noqa: S105 - of a server that lives as long as a test; an address must escape it
SHARED = "tests"
_ADMINISTRATOR = "postgres"
_NOBODY = "nobody"


class PostgreSQL(Program):
    """A server that sorts text as English readers do, with one ordinary user. A kill loses no commit."""

    def __init__(self, **settings: str) -> None:
        self.port = free_port()
        self._binaries = Path(machine.require("postgres")).parent
        # Not pytest's folder: PostgreSQL refuses to run as root, and nobody else may look in there.
        self._folder = Path(tempfile.mkdtemp(prefix="roomreach-postgres-"))
        self._settings = settings
        data = self._folder / "data"
        super().__init__(
            [*_as_nobody(), self._binaries / "postgres", "-D", data], self._folder / "postgres.log"
        )

    def __enter__(self) -> Self:
        try:
            self._make()
            self.start()
            with self.administered() as c:
                c.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
                c.execute(f"CREATE DATABASE {SHARED}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def wait_ready(self) -> None:
        wait_until(self._ready, "PostgreSQL answering")

    def kill(self) -> None:
        """Kill it and everything it started, as a power cut would."""
        started = descendants(self.process.pid) if self.process else []
        super().kill()
        for pid in started:
            _kill(pid)
        wait_until(lambda: all(map(ended, started)), "PostgreSQL's processes ending")

    def stop(self) -> None:
        """Make it stop at once, waiting for nobody who is connected."""
        # It tells its processes to go and writes nothing more; as after a kill, its log holds what it needs.
        self._end(signal.SIGQUIT)

    def new_database(self) -> str:
        """Make an empty database; give its address, password and all."""
        name = f"test_{uuid.uuid4().hex}"
        with self.administered() as c:
            c.execute(f"CREATE DATABASE {name} OWNER {USER}")
        return self.url(name)

    def new_schema(self) -> str:
        """Make an empty schema in a database that tests share, which takes no time; give its address."""
        name = f"test_{uuid.uuid4().hex}"
        with self.administered(SHARED) as c:
            c.execute(f"CREATE SCHEMA {name} AUTHORIZATION {USER}")
        return self.url(SHARED, options=f"-csearch_path={name}")

    def url(self, database: str, user: str = USER, password: str | None = PASSWORD, **query: str) -> str:
        """The address of a database, for whoever says to be somebody."""
        made = URL.create("postgresql", user, password, "127.0.0.1", self.port, database, query)
        return made.render_as_string(hide_password=False)

    @contextmanager
    def administered(self, database: str = _ADMINISTRATOR) -> Iterator[psycopg.Connection]:
        """A connection of the server's administrator."""
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            dbname=database,
            user=_ADMINISTRATOR,
            password=PASSWORD,
            autocommit=True,
        ) as connection:
            yield connection

    def _make(self) -> None:
        password = self._folder / "password"
        password.write_text(PASSWORD)
        if os.geteuid() == 0:
            shutil.chown(self._folder, _NOBODY)
            shutil.chown(password, _NOBODY)
        subprocess.run(
            [
                *(*_as_nobody(), self._binaries / "initdb", "--pgdata", self._folder / "data"),
                *("--username", _ADMINISTRATOR, "--pwfile", password, "--auth", "scram-sha-256"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
                *("--locale-provider", "icu", "--icu-locale", "en-GB"),
            ],
            check=True,
            capture_output=True,
        )
        settings = {
            "port": str(self.port),
            "listen_addresses": "'127.0.0.1'",
            "unix_socket_directories": "''",
            # What a killed process had written, the kernel still has: only a machine's power cut needs more.
            "fsync": "off",
            "shared_buffers": "16MB",
            "max_connections": "60",
            **self._settings,
        }
        with (self._folder / "data" / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def _ready(self) -> bool:
        assert self.alive(), self.log.read_text()
        try:
            with self.administered():
                return True
        except psycopg.OperationalError:
            return False


def _as_nobody() -> list[str]:
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={_NOBODY}", "--regid=nogroup", "--clear-groups", "--"]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:  # PostgreSQL's processes also end by themselves when the first one does
        return
