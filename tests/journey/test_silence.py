"""When our own collector falls silent, the page says so, and blames no room for it."""

import re
import sys
import time
import urllib.request
from pathlib import Path

from estate import Estate
from servers import Program, free_port, wait_until


def test_the_ages_grow_and_the_sentence_changes_when_the_collector_is_killed(tmp_path: Path) -> None:
    port = free_port()
    with Estate(tmp_path, 2) as estate:
        api = Program(
            [sys.executable, "-m", "roomreach_api"],
            tmp_path / "api.log",
            {
                "ROOMREACH_RECORDS": estate.records,
                "ROOMREACH_SERIES": estate.series,
                "ROOMREACH_LISTEN": f"127.0.0.1:{port}",
            },
        )
        with api:
            estate.measure(every_ms=200, count=1_000)
            wait_until(
                lambda: "can get online in all 2 rooms" in _page(port), "the page saying who is online"
            )

            estate.collector.kill()
            wait_until(lambda: "collector or broker" in _page(port), "the page blaming ourselves")
            before = _oldest_age_s(_page(port))
            time.sleep(2)
            assert _oldest_age_s(_page(port)) >= before + 1
            assert "cannot get online" not in _page(port)

            estate.collector.start()
            wait_until(lambda: "can get online in all 2 rooms" in _page(port), "the page recovering")


def _page(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def _oldest_age_s(page: str) -> int:
    return max(int(seconds) for seconds in re.findall(r"(\d+) seconds? ago", page))
