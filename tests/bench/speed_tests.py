"""What does one throughput test cost, ours, speedtest-cli's and iperf3's, on the same line?"""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import machine
import testbed_cost
from testbed_cost import Cost, counted
from testbed_link import FAR, Link, linked, require
from testbed_pipe import Shape

LINES = (Shape(mbps=10, delay_ms=10), Shape(mbps=25, delay_ms=10), Shape(mbps=50, delay_ms=20))
"""Rates both ways, and the delay of one way."""


def table() -> Iterator[str]:
    """Print each line of the table as soon as it is known. Needs root, for the namespaces."""
    require()
    yield "| line | test | download / upload, Mbit/s | MB | s | beside ours |"
    yield "|---|---|---|---|---|---|"
    for shape in LINES:
        with linked(shape) as link, tempfile.TemporaryDirectory() as folder:
            mine = testbed_cost.ours(link, Path(folder))
            costs = {"ours": mine, "speedtest-cli": testbed_cost.speedtest_cli(link), "iperf3": iperf3(link)}
        for name, cost in costs.items():
            yield (
                f"| {shape.mbps:g} Mbit/s, {2 * shape.delay_ms:g} ms | {name} "
                f"| {cost.download_mbps:.1f} / {cost.upload_mbps:.1f} | {cost.megabytes:.1f} "
                f"| {cost.seconds:.1f} | {cost.megabytes / mine.megabytes:.1f} times |"
            )


def iperf3(link: Link) -> Cost:
    """Run it as its manual has it: ten seconds each way, one connection."""
    program = machine.require("iperf3")
    server = link.at_far(program, "--server", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        return counted(link, lambda: (_told(link, program, "--reverse"), _told(link, program)))
    finally:
        server.terminate()
        server.wait(10)


def _told(link: Link, program: str, *words: str) -> float:
    running = link.at_near(program, "--client", FAR, "--json", *words, stdout=subprocess.PIPE)
    said, _ = running.communicate(timeout=60)
    return float(json.loads(said)["end"]["sum_received"]["bits_per_second"]) / 1e6
