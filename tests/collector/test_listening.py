"""How the collector is, over HTTP: alive, ready or why not, and counted."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from collecting import NOW_MS, Bench, a_message, a_report, install
from roomreach.errors import Misconfigured, Unavailable
from roomreach_collector import readiness
from roomreach_collector.listening import Listening, pages
from roomreach_collector.metrics import CollectorMetrics, RecordsMetrics
from roomreach_collector.readiness import Readiness
from servers import wait_until


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_HOLDS_S", 0.0)


class Watched:
    """A collector that runs, and its pages."""

    def __init__(self, bench: Bench, listening: Listening) -> None:
        self.bench, self.listening = bench, listening

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.listening.port, timeout=10)
        with closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
        if answer.status == 200:
            return 200, body
        problem = json.loads(body)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert problem["status"] == answer.status
        return answer.status, problem["detail"]

    def values(self) -> dict[str, float]:
        return {
            sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
            for family in text_string_to_metric_families(self.get("/metrics")[1])
            for sample in family.samples
        }


@pytest.fixture
def watched(unplaced_bench: Bench) -> Iterator[Watched]:
    bench, registry, ready = unplaced_bench, CollectorRegistry(), Readiness()
    CollectorMetrics(bench.collector).register(registry)
    RecordsMetrics(bench.records).register(registry)
    bench.collector.start()
    ready.started(bench.collector, bench.records, bench.series)
    with Listening("127.0.0.1", 0, pages(ready.faults, registry)) as listening:
        yield Watched(bench, listening)
    bench.collector.stop()


def test_it_is_alive_and_ready_while_it_stores(watched: Watched) -> None:
    assert watched.get("/healthz") == (200, '{"status": "alive"}')
    assert watched.get("/readyz") == (200, '{"status": "ready"}')
    assert watched.get("/else")[0] == 404


def test_before_the_stores_have_answered_it_is_alive_and_not_ready() -> None:
    with Listening("127.0.0.1", 0, pages(Readiness().faults, CollectorRegistry())) as listening:
        watched = Watched(None, listening)  # type: ignore[arg-type]
        assert watched.get("/healthz")[0] == 200
        status, detail = watched.get("/readyz")
        assert (status, detail[:7]) == (503, "Stores:")


def test_without_its_broker_it_is_not_ready_and_says_so(watched: Watched) -> None:
    watched.bench.inbox.connected = False
    status, detail = watched.get("/readyz")
    assert status == 503
    assert detail.startswith("Broker (ROOMREACH_BROKER): ")
    assert "Start it" in detail
    assert "Records" not in detail


def test_without_its_records_it_is_not_ready_and_says_so(watched: Watched, tmp_path: Path) -> None:
    watched.bench.records.close()
    for part in tmp_path.glob("records.db*"):
        part.unlink()
    (tmp_path / "records.db").write_bytes(b"no database " * 1_000)
    status, detail = watched.get("/readyz")
    assert (status, detail.partition(":")[0]) == (503, "Records (ROOMREACH_RECORDS)")
    assert watched.values()["roomreach_records_readable"] == 0
    assert watched.get("/healthz")[0] == 200


def test_a_batch_that_waits_for_a_store_is_told_and_its_lag_is_shown(watched: Watched) -> None:
    series = watched.bench.series
    install(watched.bench.records)
    series.failing, series.failures_left = Unavailable("planted"), 10**9
    watched.bench.inbox.deliver(a_message(a_report(), received_ms=NOW_MS - 90_000))
    wait_until(lambda: watched.values()["roomreach_collector_waiting"] == 1, "waiting")
    found = watched.values()
    assert found["roomreach_collector_lag_seconds"] == 90
    assert found["roomreach_collector_waiting_for[the series store]"] == 1
    status, detail = watched.get("/readyz")
    assert (status, detail.partition(" to ")[0]) == (503, "Collector: it waits for the series store")
    series.failures_left = 0
    wait_until(lambda: watched.values()["roomreach_collector_stored_total"] == 1, "storing it")
    found = watched.values()
    assert found["roomreach_collector_lag_seconds"] == 0
    assert found["roomreach_collector_batch_seconds_count"] == 1
    assert "roomreach_collector_waiting_for[the series store]" not in found


def test_what_waits_in_the_records_is_counted(watched: Watched) -> None:
    watched.bench.inbox.deliver(a_message(a_report()))
    watched.bench.inbox.deliver(a_message(b"{", a_report(2).key))
    wait_until(lambda: watched.values()["roomreach_collector_received_total"] == 2, "taking them in")
    found = watched.values()
    assert found["roomreach_reports_kept[unplaced]"] == 1
    assert found["roomreach_quarantine_rows"] == 1
    assert found["roomreach_jobs_waiting[replay]"] == 0


def test_a_thread_that_has_ended_is_told(watched: Watched) -> None:
    watched.bench.collector.stop()
    watched.bench.inbox.connected = True
    status, detail = watched.get("/readyz")
    assert status == 503
    assert detail == "Collector: its thread has ended. Start the collector again."


def test_a_thread_that_is_stuck_is_told(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "STUCK_S", -1.0)
    assert "Collector: its thread has been stuck" in watched.get("/readyz")[1]


def test_a_port_that_another_program_has_is_a_sentence() -> None:
    with (
        Listening("127.0.0.1", 0, {}) as first,
        pytest.raises(Misconfigured, match="name another port"),
    ):
        Listening("127.0.0.1", first.port, {})
