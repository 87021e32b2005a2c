"""What does a test cost, by the kernel's own count, ours beside speedtest-cli's on the same line?"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import testbed_stub
from speed_servers import listening_port
from testbed_link import FAR, Link
from testbed_truth import PLENTY, Outcomes, measured


@dataclass(frozen=True)
class Cost:
    """One test: what it said, what it moved, how long it took."""

    download_mbps: float
    upload_mbps: float
    megabytes: float
    seconds: float


def moved(link: Link) -> int:
    """Bytes that went through the agent's end, both ways, headers and all."""
    words = ["ip", "-n", link.near, "-json", "-stats", "link", "show", "line"]
    said = subprocess.run(words, capture_output=True, check=True, text=True).stdout
    counted = json.loads(said)[0]["stats64"]
    return int(counted["rx"]["bytes"] + counted["tx"]["bytes"])


def counted(link: Link, test: Callable[[], tuple[float, float]]) -> Cost:
    before, began = moved(link), time.monotonic()
    download, upload = test()
    return Cost(download, upload, (moved(link) - before) / 1e6, time.monotonic() - began)


def ours(link: Link, folder: Path) -> Cost:
    def test() -> tuple[float, float]:
        found: Outcomes = measured(link, folder, 1, PLENTY)
        return found.told("download")[0].mbps, found.told("upload")[0].mbps

    return counted(link, test)


def speedtest_cli(link: Link) -> Cost:
    """Run it as a person would, against a stand-in for its service at the far end."""
    service = link.at_far(sys.executable, testbed_stub.__file__, FAR, stdout=subprocess.PIPE)
    try:
        proxy = f"http://{FAR}:{listening_port(service)}"

        def test() -> tuple[float, float]:
            running = link.at_near(
                *(sys.executable, "-W", "ignore", "-m", "speedtest", "--json"),
                stdout=subprocess.PIPE,
                env={**os.environ, "http_proxy": proxy, "https_proxy": proxy},
            )
            said, _ = running.communicate(timeout=120)
            assert running.returncode == 0, said
            found = json.loads(said)
            return found["download"] / 1e6, found["upload"] / 1e6

        return counted(link, test)
    finally:
        service.terminate()
        service.communicate(timeout=10)
