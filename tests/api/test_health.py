"""Alive, ready, and counted."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from roomreach.errors import Misconfigured, Unavailable
from roomreach.identifiers import AgentId
from roomreach_store.records import jobs
from roomreach_store.series.memory import MemorySeries


class Asleep(MemorySeries):
    """A series store that cannot be used."""

    def __init__(self, fault: Exception) -> None:
        super().__init__()
        self.fault = fault

    def ready(self) -> None:
        raise self.fault


def broken(world) -> None:
    """Put something that is no database where the records were."""
    world.records.close()
    file = Path(world.records._engine.url.database)
    for part in file.parent.glob(f"{file.name}-*"):
        part.unlink()
    file.write_bytes(b"no database " * 1000)


def gauges(world) -> dict[tuple[str, str], float]:
    response = world.client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_it_is_alive_whatever_the_stores_do(make_world: Callable) -> None:
    world = make_world(Asleep(Unavailable("The store sleeps.")))
    broken(world)
    assert world.get("/healthz") == {"status": "alive"}


def test_it_is_ready_and_says_how_long_nothing_was_heard(hostel) -> None:
    ready = hostel.get("/readyz")
    assert (ready["status"], ready["last_taken"], ready["since_heard_s"]) == (
        "ready",
        "2026-11-22T14:04:48Z",
        12.0,
    )
    hostel.now += timedelta(days=3)
    assert hostel.get("/readyz")["since_heard_s"] == 259_212.0


def test_it_is_ready_before_anything_was_heard(world) -> None:
    assert world.get("/readyz")["last_taken"] is None


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        (Unavailable("Nobody answers."), "Nobody answers. Start that database"),
        (Misconfigured("The token is wrong."), "The token is wrong. Mend the setting"),
    ],
)
def test_it_is_not_ready_without_its_series_and_says_what_to_do(
    make_world: Callable, fault, advice: str
) -> None:
    problem = make_world(Asleep(fault)).get("/readyz", 503)
    assert problem["detail"].startswith("Series (ROOMREACH_SERIES): ")
    assert advice in problem["detail"]
    assert "Records" not in problem["detail"]


def test_it_is_not_ready_without_its_records(world) -> None:
    broken(world)
    problem = world.get("/readyz", 503)
    assert problem["detail"].startswith("Records (ROOMREACH_RECORDS): ")


def test_without_its_records_the_api_and_the_page_say_so(hostel) -> None:
    broken(hostel)
    assert hostel.get("/api/v1/latest", 503)["title"] == "Service Unavailable"
    response = hostel.client.get("/")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert "Sorry, roomreach cannot read its records just now</h1>" in response.text
    assert "Nothing is lost" in response.text


def test_the_numbers_of_the_process_and_of_the_records_are_counted(hostel) -> None:
    hostel.agent("a-neverheard2")
    hostel.hears("a-stranger22", timedelta(hours=1))
    hostel.refuses(b"{")
    found = gauges(hostel)
    assert found["roomreach_reports_stored_total", ""] == 7
    assert found["roomreach_records_readable", ""] == 1
    assert [found["roomreach_agents", state] for state in ("heard", "silent", "never_heard")] == [2, 1, 1]
    assert found["roomreach_last_report_age_seconds", ""] == 12
    assert [found["roomreach_reports_kept", why] for why in ("unplaced", "undated")] == [1, 0]
    assert found["roomreach_quarantine_rows", ""] == 1
    assert [found["roomreach_jobs_waiting", kind] for kind in ("replace", "replay")] == [0, 0]
    assert ("roomreach_oldest_job_timestamp_seconds", "") not in found


def test_what_operators_wait_for_is_counted_since_the_oldest_was_asked(hostel) -> None:
    with hostel.records.transaction() as c:
        jobs.replace(c, AgentId("a-bcdfghjkm9"), 0, 10, asked_ms=7_000)
        ended = jobs.replay(c, 1, asked_ms=1_000)
        jobs.replay(c, 2, asked_ms=9_000)
        jobs.end(c, ended, 10_000, jobs.Outcome.DONE)
    found = gauges(hostel)
    assert [found["roomreach_jobs_waiting", kind] for kind in ("replace", "replay")] == [1, 1]
    assert found["roomreach_oldest_job_timestamp_seconds", ""] == 7


def test_an_age_that_nobody_knows_is_absent_rather_than_zero(world) -> None:
    assert ("roomreach_last_report_age_seconds", "") not in gauges(world)


def test_the_process_is_still_counted_when_the_records_cannot_be_read(hostel) -> None:
    broken(hostel)
    found = gauges(hostel)
    assert found["roomreach_records_readable", ""] == 0
    assert found["roomreach_reports_stored_total", ""] == 7
    assert ("roomreach_agents", "heard") not in found


def test_no_number_carries_a_name(hostel) -> None:
    text = hostel.client.get("/metrics").text
    for name in ("Stratford", "Main house", "s-bcdfghjkmn", "r-bcdfghjkm9", "a-bcdfghjkm9"):
        assert name not in text
