"""What only InfluxDB does: refuse some points of many, die, come back, and say no for an operator to hear."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from made_points import MINUTE, TEN, point, where
from roomreach.errors import Unavailable
from roomreach.series import Point
from roomreach_store.series import PointsRefused, Question
from roomreach_store.series.influx import InfluxSeries, NotAllowed
from servers import InfluxDB, free_port


def database() -> str:
    return f"test_{uuid.uuid4().hex}"


def uptimes(store: InfluxSeries) -> list[int]:
    tracks = store.read(Question(series="health", columns=("uptime_s",), start_ms=0, end_ms=TEN * 2))
    return [value for track in tracks for _, (value,) in track.rows]


def healths(number: int) -> list[Point]:
    return [point("health", TEN + offset, uptime_s=offset) for offset in range(number)]


class Counting(InfluxSeries):
    """The real one, counting the requests it makes."""

    requests = 0

    def _send(self, batch: Sequence[str]) -> str | None:
        self.requests += 1
        return super()._send(batch)


class DeletingWithoutAWord(InfluxSeries):
    """The real one, answering a deletion as 2.x does."""

    def _call(self, method: str, path: str, parameters: dict[str, str], body: bytes = b"") -> Any:
        answer, *rest = super()._call(method, path, parameters, body)
        return ({} if parameters.get("q", "").startswith("DELETE") else answer, *rest)


def test_a_deletion_of_which_nothing_is_told_is_done(influxdb: InfluxDB) -> None:
    with closing(DeletingWithoutAWord(influxdb.url, database())) as store:
        store.write([point("health", TEN, where(room="r-older222"), uptime_s=1)])
        assert store.replace(where(), TEN, TEN + 1) == 1
        (track,) = store.read(Question(series="health", columns=("uptime_s",), start_ms=0, end_ms=TEN * 2))
        assert (track.room, track.rows) == (where().room, ((TEN, (1,)),))


def test_a_type_conflict_refuses_exactly_the_guilty_points(influxdb: InfluxDB) -> None:
    name = database()
    with closing(InfluxSeries(influxdb.url, name)) as before:
        before.write([point("health", TEN - MINUTE, uptime_s=1)])
        # An older version, or another hand, made this column one of words.
        before._client.api_client.call_api(
            "/write",
            "POST",
            query_params={"db": name, "precision": "ms"},
            header_params={"Content-Type": "text/plain"},
            body=b'health cpu_percent="high" %d' % (TEN - MINUTE),
        )
    batch = healths(500)
    guilty = {7, 130, 131, 499}
    for index in guilty:
        batch[index] = point("health", TEN + index, uptime_s=index, cpu_percent=1.0)
    with closing(Counting(influxdb.url, name)) as store:
        with pytest.raises(PointsRefused, match="4 points refused") as refused:
            store.write(batch)
        assert set(refused.value.faults) == guilty
        assert all("type conflict" in reason for reason in refused.value.faults.values())
        assert set(uptimes(store)) == {1, *range(500)} - guilty
        assert store.requests < 80


def test_several_guilty_lines_among_a_thousand_cost_few_requests(influxdb: InfluxDB) -> None:
    batch = healths(1_000)
    guilty = {0, 400, 401, 999}
    for index in guilty:
        batch[index] = point("health", TEN + index, uptime_s=2**63)
    with closing(Counting(influxdb.url, database())) as store:
        with pytest.raises(PointsRefused) as refused:
            store.write(batch)
        assert set(refused.value.faults) == guilty
        assert len(uptimes(store)) == 996
        assert store.requests < 80


def test_a_batch_in_which_every_point_is_guilty_is_refused_whole(influxdb: InfluxDB) -> None:
    with closing(InfluxSeries(influxdb.url, database())) as store:
        with pytest.raises(PointsRefused) as refused:
            store.write([point("health", TEN + offset, uptime_s=2**63) for offset in range(5)])
        assert set(refused.value.faults) == set(range(5))


def test_a_server_that_is_down_is_unavailable_and_comes_back(tmp_path: Path) -> None:
    server = InfluxDB(tmp_path)
    with closing(InfluxSeries(server.url, "roomreach", timeout_s=1)) as store:
        with pytest.raises(Unavailable, match="does not answer"):
            store.write(healths(1))
        with server:
            store.write(healths(1))
            store.ready()
        with pytest.raises(Unavailable, match="does not answer"):
            store.ready()


def test_a_server_that_never_answers_is_unavailable_within_the_time_out() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as mute:  # listens, and never accepts
        url = f"http://127.0.0.1:{mute.server_address[1]}"
        with closing(InfluxSeries(url, "roomreach", timeout_s=0.3)) as store:
            began = time.monotonic()
            with pytest.raises(Unavailable, match="does not answer"):
                store.write(healths(1))
            assert time.monotonic() - began < 2


def test_a_killed_server_keeps_everything_it_acknowledged(tmp_path: Path) -> None:
    acknowledged: set[int] = set()
    with InfluxDB(tmp_path) as server, closing(InfluxSeries(server.url, "roomreach", timeout_s=2)) as store:
        store.write(healths(1))
        stop = threading.Event()

        def write() -> None:
            for offset in range(1, 100_000):
                if stop.is_set():
                    return
                try:
                    store.write([point("health", TEN + offset, uptime_s=offset)])
                except Unavailable:
                    continue
                acknowledged.add(offset)

        writer = threading.Thread(target=write)
        writer.start()
        for _ in range(3):
            time.sleep(0.3)
            server.kill()
            server.start()
        stop.set()
        writer.join()
        assert len(acknowledged) > 20
        assert acknowledged <= set(uptimes(store))


def test_a_database_dropped_meanwhile_is_unavailable_and_says_which_to_create(influxdb: InfluxDB) -> None:
    name = database()
    with closing(InfluxSeries(influxdb.url, name)) as store:
        store.write(healths(1))
        store._query("POST", f'DROP DATABASE "{name}"')
        with pytest.raises(Unavailable, match="has no such database"):
            store.write(healths(1))
        with pytest.raises(Unavailable, match="database not found"):
            uptimes(store)


# From here on a double answers, because Debian's InfluxDB 1.6 cannot: the statuses and bodies are those that
# InfluxDB 2 documents for /api/v2/write, and the version in its /ping.

Answer = tuple[int, str]
KEY = "read-and-write"


@contextmanager
def influxdb_2(
    answer: Callable[[list[bytes]], Answer], page: str = ""
) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    asked: list[tuple[str, str | None]] = []

    class Double(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(200 if page else 204, page)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, self.headers["Authorization"]))
            self._say(*answer(body.split(b"\n")))

        def _say(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("X-Influxdb-Version", "v2.7.12")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Double) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (
            (401, '{"code":"unauthorized","message":"unauthorized access"}'),
            NotAllowed,
            "does not know our token",
        ),
        (
            (403, '{"code":"forbidden","message":"insufficient permissions"}'),
            NotAllowed,
            "does not allow our",
        ),
        (
            (404, '{"code":"not found","message":"bucket \\"x\\" not found"}'),
            Unavailable,
            'bucket "x" not found',
        ),
        ((429, '{"code":"too many requests","message":"write limit"}'), Unavailable, "slow down"),
        ((500, '{"code":"internal error","message":"disk"}'), Unavailable, "answers 500"),
        ((503, "<html>maintenance</html>"), Unavailable, "maintenance"),
        ((307, ""), Unavailable, "answers 307"),
        ((200, "<html>please log in</html>"), Unavailable, "confirms nothing"),
    ],
)
def test_what_an_operator_or_time_can_mend_is_unavailable_and_refuses_nothing(
    answer: Answer, kind: type[Unavailable], words: str
) -> None:
    with influxdb_2(lambda _: answer) as (url, asked), closing(InfluxSeries(url, "x", org="o")) as store:
        with pytest.raises(Unavailable, match=words) as unavailable:
            store.write(healths(8))
        assert type(unavailable.value) is kind
        assert len(asked) == 1


def test_a_newer_influxdb_is_written_to_by_bucket_and_organisation() -> None:
    with influxdb_2(lambda _: (204, "")) as (url, asked):
        with closing(InfluxSeries(url, "room reach", org="borough", token=KEY)) as store:
            store.write(healths(3))
        ((path, authorization),) = asked
        assert authorization == f"Token {KEY}"
        assert urlsplit(path).path == "/api/v2/write"
        assert parse_qs(urlsplit(path).query) == {
            "bucket": ["room reach"],
            "org": ["borough"],
            "precision": ["ms"],
        }


def test_what_rejects_a_whole_request_for_one_line_loses_that_line_only() -> None:
    stored: list[bytes] = []

    def strict(lines: list[bytes]) -> Answer:
        if any(b"uptime_s=13i" in line for line in lines):
            return 400, '{"code":"invalid","message":"unable to parse the line"}'
        stored.extend(lines)
        return 204, ""

    with influxdb_2(strict) as (url, _), closing(InfluxSeries(url, "x")) as store:
        with pytest.raises(PointsRefused) as refused:
            store.write(healths(100))
        assert refused.value.faults == {13: "unable to parse the line"}
        assert len(set(stored)) == 99


def test_too_much_at_once_is_sent_in_halves() -> None:
    sizes: list[int] = []

    def small(lines: list[bytes]) -> Answer:
        if len(lines) > 30:
            return 413, '{"code":"request too large","message":"too large"}'
        sizes.append(len(lines))
        return 204, ""

    with influxdb_2(small) as (url, _), closing(InfluxSeries(url, "x")) as store:
        store.write(healths(100))
        assert sum(sizes) == 100


def test_when_a_half_finds_the_server_gone_nothing_is_refused() -> None:
    calls: list[int] = []

    def dying(lines: list[bytes]) -> Answer:
        calls.append(len(lines))
        return (400, '{"message":"unable to parse"}') if len(calls) == 1 else (503, "")

    with (
        influxdb_2(dying) as (url, _),
        closing(InfluxSeries(url, "x")) as store,
        pytest.raises(Unavailable, match="answers 503"),
    ):
        store.write(healths(10))


def test_a_server_may_be_down_when_the_store_is_made() -> None:
    with (
        closing(InfluxSeries(f"http://127.0.0.1:{free_port()}", "x", timeout_s=1)) as store,
        pytest.raises(Unavailable, match="may be down"),
    ):
        store.ready()


def test_a_reader_of_something_that_is_not_influxdb_is_told_so() -> None:
    with (
        influxdb_2(lambda _: (204, ""), "<html>please log in</html>") as (url, _),
        closing(InfluxSeries(url, "x")) as store,
        pytest.raises(Unavailable, match="is it InfluxDB"),
    ):
        uptimes(store)
