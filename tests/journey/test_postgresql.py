"""A borough's estate: records in PostgreSQL, and collector and API each a process of its own."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from estate import Estate
from postgres import PASSWORD, PostgreSQL
from roomreach_store.records import Records, latest
from servers import Program, free_port, wait_until

AGENTS = 4
REPORTS_EACH = 300


class Api(Program):
    """The API on a port of its own, over the stores of an estate, its password in a file."""

    def __init__(self, estate: Estate) -> None:
        self.port = free_port()
        password = estate.folder / "password"
        password.write_text(f"{PASSWORD}\n")
        url = make_url(estate.records)._replace(password=None)
        super().__init__(
            [sys.executable, "-m", "roomreach_api"],
            estate.folder / "api.log",
            {
                "ROOMREACH_RECORDS": url.render_as_string(),
                "ROOMREACH_RECORDS_PASSWORD_FILE": str(password),
                "ROOMREACH_SERIES": estate.series,
                "ROOMREACH_LISTEN": f"127.0.0.1:{self.port}",
            },
        )

    def wait_ready(self) -> None:
        wait_until(lambda: self._answers("/healthz"), "the API answering")

    def ask(self, path: str) -> tuple[int, Mapping[str, Any]]:
        """Its answer, and how long it may take is part of its promise."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=6) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as exc:
            with exc:
                return exc.code, json.load(exc)

    def _answers(self, path: str) -> bool:
        assert self.alive(), self.log.read_text()
        try:
            return self.ask(path)[0] == 200
        except OSError:
            return False


@pytest.fixture
def server() -> Iterator[PostgreSQL]:
    with PostgreSQL() as made:
        yield made


def test_a_borough_loses_nothing_when_its_postgresql_dies(tmp_path: Path, server: PostgreSQL) -> None:
    with Estate(tmp_path, AGENTS, records=server.new_database()) as estate, Api(estate) as api:
        estate.measure(every_ms=40, count=REPORTS_EACH)
        wait_until(lambda: len(estate.overheard.answered) > 100, "the first reports being answered")
        wait_until(lambda: seen(api) == set(estate.names), "every agent being seen")

        wait_until(lambda: estate.in_flight() > 0, "a report being on the way")
        server.kill()
        answered = len(estate.overheard.answered)
        status, problem = api.ask("/api/v1/latest")
        assert (status, problem["status"]) == (503, 503)
        assert "PostgreSQL does not answer" in problem["detail"] or "stopping" in problem["detail"]
        assert "Records (ROOMREACH_RECORDS)" in api.ask("/readyz")[1]["detail"]
        wait_until(lambda: estate.in_flight() > 100, "reports waiting with their agents")
        # A batch under way when it died may still have been answered; nothing after it can be.
        assert len(estate.overheard.answered) < answered + REPORTS_EACH
        assert estate.collector.alive()
        assert api.alive()

        server.start()
        wait_until(lambda: api.ask("/readyz")[0] == 200, "the API recovering by itself")
        finished = lambda: all(len(estate.committed(n)) >= REPORTS_EACH for n in estate.names)  # noqa: E731
        wait_until(finished, "every agent finishing its reports", within_s=60)
        arrived = lambda: all(estate.stored(n) == estate.committed(n) for n in estate.names)  # noqa: E731
        wait_until(arrived, "every report arriving", within_s=60)
        wait_until(lambda: estate.in_flight() <= 0, "every report being answered", within_s=60)

        newest = {name: estate.ask(last_of(name))[0][0] for name in estate.names}
        with closing(Records.open(estate.records)) as records, records.reading() as c:
            assert {name: known.taken_ms for name, known in latest.latest(c).items()} == newest
        assert seen(api) == set(estate.names)
        assert not estate.overheard.refused
    for log in (estate.collector.log, api.log):
        told = log.read_text()
        assert "does not answer" in told or "stopping" in told
        for secret in (PASSWORD, "Mare House", "Traceback"):
            assert secret not in told, log.name


def seen(api: Api) -> set[str]:
    status, answer = api.ask("/api/v1/latest")
    assert status == 200, answer
    return {said["agent"] for said in answer["latest"]}


def last_of(agent: str) -> str:
    return f"SELECT last(sequence) FROM report WHERE agent = '{agent}'"  # noqa: S608 - our own names
