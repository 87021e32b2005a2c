"""Series in one DuckDB file: the embedded store, for one process on one machine.

A table for each series, its columns from ``roomreach.series``. Rows lie in the order they came, which is
nearly the order of time, so that DuckDB skips what is older than a question by its zone maps.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import duckdb

from roomreach.errors import Misconfigured, Unavailable
from roomreach.places import Whereabouts
from roomreach.series import Point
from roomreach_store.series import PointsRefused, Question, Track, duckdb_sql, halving
from roomreach_store.series.duckdb_tables import Tables
from roomreach_store.series.questions import check_rows, columns_of
from roomreach_store.series.tracks import in_tracks

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    # It measures buildings: it fetches nothing from the network by itself, and reads no variable of ours.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}

_CONTENT = (duckdb.DataError, duckdb.InvalidInputException, UnicodeError)
"""What says that a value, and not the database, is at fault."""


class _File:
    """An open file: a connection that only begets others, and the tables with the one that writes."""

    def __init__(self, path: Path) -> None:
        try:
            self.parent = duckdb.connect(path, config=_SETTINGS)
            self.tables = Tables(self.parent.cursor())
        except duckdb.Error as exc:
            reason = _first_line(exc)
            if "lock" in reason:
                raise Misconfigured(
                    f"Another process has the series in {path} open, and DuckDB serves one only: "
                    f"stop that process, or let both use InfluxDB ({reason})."
                ) from exc
            raise Misconfigured(
                f"The series in {path} cannot be opened ({reason}): check the folder; "
                "if the file is broken, move it aside or restore a backup."
            ) from exc

    def close(self) -> None:
        self.tables.close()
        self.parent.close()


class DuckSeries:
    """One file, which this process alone has open. Writers queue; readers see whole batches."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = Lock()
        self._handle = Lock()
        self._file: _File | None = _File(path)
        self._closed = False

    def write(self, points: Sequence[Point]) -> None:
        """Store points in one transaction, which is on disk when it is committed."""
        with self._writing:
            faults = halving.refused(points, self._commit) if points else {}
        if faults:
            raise PointsRefused(faults)

    def read(self, question: Question) -> list[Track]:
        """Answer a question from the last batch committed, while another may be being written."""
        columns = columns_of(question)
        sql, values = duckdb_sql.statement(question, columns)
        with self._connected() as connection:
            rows = connection.execute(sql, values).fetchall()
        check_rows(len(rows))
        return in_tracks(
            (agent, target, room, time_ms, tuple(v)) for agent, target, room, time_ms, *v in rows
        )

    def replace(self, whereabouts: Whereabouts, start_ms: int, end_ms: int) -> int:
        """Move points in one transaction, so that they never stand in both places."""
        with self._writing, self._rewriting():
            return self._opened().tables.replace(whereabouts, start_ms, end_ms)

    def ready(self) -> None:
        """Ask the database for nothing, which tells whether it would answer."""
        with self._connected() as connection:
            connection.execute("SELECT 1")

    def close(self) -> None:
        """Write what is in the log to the file, and let go of it."""
        with self._writing:
            self._closed = True
            self._let_go()

    def _commit(self, points: Sequence[Point]) -> str | None:
        with self._rewriting():
            try:
                self._opened().tables.write(points)
            except _CONTENT as exc:
                return _first_line(exc)
        return None

    @contextmanager
    def _rewriting(self) -> Iterator[None]:
        with self._explained():
            try:
                yield
            except duckdb.Error:
                # Whether that was committed is not known, and what is in the tables neither: look again.
                self._let_go()
                raise

    @contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._explained(), self._opened().parent.cursor() as connection:
            yield connection

    def _opened(self) -> _File:
        with self._handle:
            if self._closed:
                raise Unavailable("The series store is closed.")
            if self._file is None:
                try:
                    self._file = _File(self._path)
                except Misconfigured as exc:
                    raise Unavailable(str(exc)) from exc  # it was open before: time may mend it
            return self._file

    def _let_go(self) -> None:
        with self._handle:
            file, self._file = self._file, None
        if file is not None:
            file.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as exc:
            raise Unavailable(
                f"The series in {self._path} cannot be used just now ({_first_line(exc)}): "
                "is there room on the disk?"
            ) from exc


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
