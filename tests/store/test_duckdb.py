"""What only a file does: survive its process, belong to one, break, fill its disk, and grow columns."""

import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from made_points import TEN, point, where
from roomreach.errors import Misconfigured, Unavailable
from roomreach_store.series import PointsRefused, Question
from roomreach_store.series.duckdb import DuckSeries

TESTS = Path(__file__).parents[1]


def values(store: DuckSeries, series: str, column: str) -> list[object]:
    tracks = store.read(Question(series=series, columns=(column,), start_ms=0, end_ms=TEN * 2))
    return [value for track in tracks for _, (value,) in track.rows]


def uptimes(store: DuckSeries) -> list[object]:
    return values(store, "health", "uptime_s")


def program(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process of this Python, which finds what the tests find."""
    preamble = f"import sys; sys.path.insert(0, {str(TESTS)!r})\n"
    return subprocess.Popen(
        [sys.executable, "-c", preamble + code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


WRITE_FOR_EVER = """
from pathlib import Path
from made_points import TEN, point
from roomreach_store.series.duckdb import DuckSeries

store = DuckSeries(Path(sys.argv[1]))
for number in range(100_000):
    store.write([point("health", TEN + number, uptime_s=number), point("report", TEN + number, sequence=1)])
    print(number, flush=True)
"""


def test_a_killed_process_keeps_everything_that_was_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    confirmed = -1
    for _ in range(3):
        with program(WRITE_FOR_EVER, path) as writer:
            assert writer.stdout
            for line in writer.stdout:
                confirmed = max(confirmed, int(line))
                if int(line) >= 25:
                    writer.kill()
        with closing(DuckSeries(path)) as store:
            kept = uptimes(store)
            assert set(range(confirmed + 1)) <= set(kept)
            assert len(kept) == len(set(kept))
    assert confirmed >= 25


OPEN = """
from pathlib import Path
from roomreach_store.series.duckdb import DuckSeries

DuckSeries(Path(sys.argv[1]))
"""


def test_a_second_process_is_told_who_has_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    with closing(DuckSeries(path)), program(OPEN, path) as other:
        said, _ = other.communicate(timeout=30)
    assert other.returncode == 1
    assert "Misconfigured: Another process has the series" in said


def test_a_broken_file_is_misconfigured_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    path.write_bytes(b"this is no database\n" * 1_000)
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="move it aside or restore a backup"):
        DuckSeries(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_missing_is_misconfigured(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="check the folder"):
        DuckSeries(tmp_path / "nowhere" / "s.duckdb")


def test_a_newer_version_adds_its_series_and_columns(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    with closing(DuckSeries(path)) as store:
        store.write([point("health", TEN, uptime_s=1, own_memory_mb=30.0)])
    with duckdb.connect(path) as older:
        older.execute("ALTER TABLE health DROP COLUMN own_memory_mb; ALTER TABLE health DROP COLUMN reason")
        older.execute("DROP TABLE latency")
    with closing(DuckSeries(path)) as store:
        store.write(
            [
                point("health", TEN + 1, uptime_s=2, own_memory_mb=31.0),
                point("health", TEN, own_memory_mb=32.0),
                point("latency", TEN, target="hub", median_ms=1.0),
            ]
        )
        (track,) = store.read(
            Question(series="health", columns=("uptime_s", "own_memory_mb"), start_ms=0, end_ms=TEN * 2)
        )
        assert track.rows == ((TEN, (1, 32.0)), (TEN + 1, (2, 31.0)))


def test_a_column_of_an_older_version_stays(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    with closing(DuckSeries(path)) as store:
        store.write([point("health", TEN, uptime_s=1)])
    with duckdb.connect(path) as other:
        other.execute("ALTER TABLE health ADD COLUMN humidity DOUBLE")
    with closing(DuckSeries(path)) as store:
        store.write([point("health", TEN + 1, uptime_s=2), point("health", TEN, uptime_s=3)])
        assert uptimes(store) == [3, 2]


def test_readers_see_whole_batches_only(tmp_path: Path) -> None:
    size = 50
    with closing(DuckSeries(tmp_path / "s.duckdb")) as store:

        def write() -> None:
            for batch in range(20):
                moments = range(TEN + batch * size, TEN + (batch + 1) * size)
                health = [point("health", ms, uptime_s=1) for ms in moments]
                store.write(health + [point("report", ms, sequence=1) for ms in moments])

        writer = threading.Thread(target=write)
        writer.start()
        while writer.is_alive():
            written_first = len(uptimes(store))
            assert written_first % size == 0
            assert len(values(store, "report", "sequence")) >= written_first
        writer.join()


def test_points_that_cannot_be_stored_are_refused_alone(tmp_path: Path) -> None:
    with closing(DuckSeries(tmp_path / "s.duckdb")) as store:
        batch = [point("health", TEN + offset, uptime_s=offset) for offset in range(20)]
        batch[3] = point("health", TEN + 3, uptime_s=2**63)
        batch[11] = point("health", TEN + 11, reason="half a \ud83d pair")
        with pytest.raises(PointsRefused) as refused:
            store.write(batch)
        assert set(refused.value.faults) == {3, 11}
        assert uptimes(store) == [offset for offset in range(20) if offset not in {3, 11}]
        store.write(batch[:3])
        assert len(uptimes(store)) == 18


def test_a_repeat_is_recognised_after_opening_and_among_other_agents(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    first, second = where("a-first22"), where("a-second22")
    batch = [
        point("health", TEN + offset, agent, uptime_s=1) for offset in range(3) for agent in (first, second)
    ]
    with closing(DuckSeries(path)) as store:
        store.write(batch[::-1])
        store.write([point("health", TEN + 9, first, uptime_s=1)])
        store.write(batch)
    with closing(DuckSeries(path)) as store:
        store.write(batch)
        store.write(batch[2:4])
        assert len(uptimes(store)) == 7


FILL_THE_DISK = """
import resource
from pathlib import Path
from made_points import TEN, point
from roomreach.errors import Unavailable
from roomreach_store.series import Question
from roomreach_store.series.duckdb import DuckSeries

def batch(number):
    return [point("report", TEN + number * 1_000 + n, lacked=f"{number}-{n}-" * 20) for n in range(1_000)]

store = DuckSeries(Path(sys.argv[1]))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, hard))
number = 0
try:
    while number < 200:
        store.write(batch(number))
        number += 1
except Unavailable as exc:
    print("unavailable", exc)
try:
    store.write(batch(number))
except Unavailable as exc:
    print("still", exc)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY if hard < 0 else hard, hard))
store.write(batch(number))
store.close()
store = DuckSeries(Path(sys.argv[1]))
found = store.read(Question(series="report", columns=("lacked",), start_ms=0, end_ms=TEN * 2))
assert sum(len(track.rows) for track in found) == (number + 1) * 1_000, (number, [len(t.rows) for t in found])
print("all there after", number)
"""


def test_a_full_disk_is_unavailable_and_nothing_is_lost_or_doubled_when_there_is_room_again(
    tmp_path: Path,
) -> None:
    # A limit on the size of files stands for the full disk: the same failing write, and no mount needed.
    with program(FILL_THE_DISK, tmp_path / "s.duckdb") as filler:
        said, _ = filler.communicate(timeout=60)
    assert filler.returncode == 0, said
    assert "unavailable The series in" in said
    assert "is there room on the disk?" in said
    assert "all there after" in said


def test_a_closed_store_is_unavailable(tmp_path: Path) -> None:
    store = DuckSeries(tmp_path / "s.duckdb")
    store.close()
    store.close()
    for use in (store.ready, lambda: store.write([point("health", uptime_s=1)])):
        with pytest.raises(Unavailable, match="closed"):
            use()
