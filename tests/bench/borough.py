"""How fast is the demonstration's history made, and how soon do its pages begin to answer?"""

import http.client
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from demos import Demo
from roomreach_hub.ports import LOOPBACK
from servers import wait_until

DAYS = 28
ASKED = 20
_COMPLETE_WITHIN_S = 900


def table() -> Iterator[str]:
    """Print how long 28 days took, then each page's time to its first byte once they are there."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with Demo(Path(folder) / "demo", "--days", str(DAYS)) as demo:
            up_s = time.perf_counter() - began
            wait_until(lambda: "The history is complete" in demo.said(), "the history", _COMPLETE_WITHIN_S)
            took_s = time.perf_counter() - began
            reports = int(re.findall(r"(\d+) reports", demo.said())[-1])
            yield (
                f"{DAYS} days, {reports:,} reports: every room on the page after {up_s:.1f} s, "
                f"the history after {took_s:.0f} s, {reports / (took_s - up_s):,.0f} reports/s.\n"
            )
            yield "| page | first byte, ms: median | slowest | kB |"
            yield "|---|---|---|---|"
            for name, path in _pages(demo).items():
                times, size = zip(*(_first_byte(demo, path) for _ in range(ASKED)), strict=True)
                yield (
                    f"| {name} | {statistics.median(times) * 1000:.0f} | {max(times) * 1000:.0f} "
                    f"| {size[0] / 1000:.0f} |"
                )


def _pages(demo: Demo) -> dict[str, str]:
    rooms = demo.facts("/api/v1/rooms")["rooms"]
    by_site: dict[str, int] = {}
    for room in rooms:
        by_site[room["site"]] = by_site.get(room["site"], 0) + 1
    largest = max(by_site, key=lambda site: by_site[site])
    room = next(room["id"] for room in rooms if room["site"] == largest)
    spans = {f"a room, {days} days": f"/rooms/{room}?days={days}" for days in (1, 7, 28)}
    return {"home": "/", f"the largest site, {by_site[largest]} rooms": f"/sites/{largest}", **spans}


def _first_byte(demo: Demo, path: str) -> tuple[float, int]:
    connection = http.client.HTTPConnection(LOOPBACK, demo.address.page_port, timeout=60)
    began = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    response.read(1)
    took = time.perf_counter() - began
    size = len(response.read()) + 1
    connection.close()
    assert response.status == http.HTTPStatus.OK, path
    return took, size
