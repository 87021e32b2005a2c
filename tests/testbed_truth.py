"""What did the agent say of a line that we made, and is it true?"""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import testbed_agent
from roomreach.measurement import Throughput
from speed_servers import SpeedServer, listening_port
from testbed_link import FAR, Link
from testbed_pipe import Shape

DIRECTIONS = ("download", "upload")
PLENTY = 200_000_000


@dataclass(frozen=True)
class Told:
    """What one direction of one test said."""

    mbps: float
    low: float | None
    high: float | None
    stopped_by: str
    megabytes: float

    @property
    def converged(self) -> bool:
        return self.stopped_by == "converged"

    def holds(self, truth: float) -> bool:
        """Whether the truth lies within the bounds; no upper bound is one that was not claimed."""
        assert self.low is not None
        return self.low <= truth * 1.005 and (self.high is None or truth <= self.high * 1.005)


@dataclass(frozen=True)
class Outcomes:
    """What all tests on one line said, and what they cost the agent's processor."""

    shape: Shape
    results: Sequence[Throughput]
    processor_s: float

    def told(self, direction: str) -> list[Told]:
        return [
            Told(
                mbps=getattr(result, f"{direction}_mbps"),
                low=getattr(result, f"{direction}_low_mbps"),
                high=getattr(result, f"{direction}_high_mbps"),
                stopped_by=getattr(result, f"{direction}_stopped_by"),
                megabytes=getattr(result, f"{direction}_bytes") / 1e6,
            )
            for result in self.results
            if result.reason is None
        ]

    @property
    def converged(self) -> int:
        return sum(told.converged for direction in DIRECTIONS for told in self.told(direction))

    @property
    def megabytes(self) -> float:
        """What one test cost, both directions, in the median."""
        return median(
            sum(told.megabytes for told in both)
            for both in zip(*(self.told(direction) for direction in DIRECTIONS), strict=True)
        )

    @property
    def idle_ms(self) -> float:
        return median(result.idle_ms for result in self.results if result.idle_ms is not None)

    def as_if_off_by(self, factor: float) -> "Outcomes":
        """What a faulty estimator would have said."""
        wrong = [
            dataclasses.replace(
                result,
                **{
                    name: factor * value
                    for name in ("download_mbps", "upload_mbps")
                    if (value := getattr(result, name))
                },
            )
            for result in self.results
        ]
        return dataclasses.replace(self, results=wrong)


def faults(outcomes: Outcomes) -> list[str]:
    """Say what is not true, as sentences; nothing where everything is."""
    truth = outcomes.shape.payload_mbps
    found = [f"a test gave {result.reason}" for result in outcomes.results if result.reason]
    for direction in DIRECTIONS:
        said = outcomes.told(direction)
        rates = [told.mbps for told in said if told.converged]
        if rates and abs(median(rates) / truth - 1) > 0.05:
            found.append(f"{direction}: the median {median(rates):.2f} is not within 5 % of {truth:.2f}")
        found += [
            f"{direction}: {rate:.2f} is not within 10 % of {truth:.2f}"
            for rate in rates
            if abs(rate / truth - 1) > 0.1
        ]
        found += [
            f"{direction}: {truth:.2f} is outside {told.low} to {told.high}"
            for told in said
            if not told.converged and not told.holds(truth)
        ]
    round_trip = 2 * outcomes.shape.delay_ms
    if not round_trip <= outcomes.idle_ms <= round_trip + 5:
        found.append(
            f"the quiet round trip {outcomes.idle_ms:.1f} ms is not {round_trip:.1f} ms, at most 5 more"
        )
    return found


def described(outcomes: Outcomes) -> str:
    """Give one line of the table, for people."""
    truth = outcomes.shape.payload_mbps
    both = []
    for direction in DIRECTIONS:
        said = outcomes.told(direction)
        rates = [told.mbps for told in said if told.converged]
        both.append(
            f"{median(rates):.2f} ({max(abs(rate / truth - 1) for rate in rates):.1%}), "
            f"{len(rates)} of {len(said)}"
            if rates
            else f"none of {len(said)}"
        )
    seconds = median(result.lasted_s or 0 for result in outcomes.results)
    trip = 2 * outcomes.shape.delay_ms
    return (
        f"| {outcomes.shape.mbps:g} | {trip:g} | {truth:.2f} | {both[0]} | {both[1]} "
        f"| {outcomes.megabytes:.1f} | {seconds:.1f} | {outcomes.idle_ms - trip:+.1f} |"
    )


HEADING = """\
| Mbit/s | trip, ms | theory | download: median (worst), converged | upload | MB | s | quiet trip |
|---|---|---|---|---|---|---|---|"""


@contextmanager
def served(link: Link, folder: Path) -> Iterator[tuple[str, Path]]:
    """Run a speed server at the far end; give its address and the file of a token."""
    server = SpeedServer(folder, tokens=("the test bed's own token",))
    process = link.at_far(
        *server.command,
        *("--listen", f"{FAR}:0", "--internal-network", "yes"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield f"http://{FAR}:{listening_port(process)}", server.tokens
    finally:
        process.terminate()
        process.communicate(timeout=10)


def measured(link: Link, folder: Path, times: int, most_bytes: int) -> Outcomes:
    """Test a line so many times, one after another."""
    with served(link, folder) as (url, tokens):
        agent = link.at_near(
            *(sys.executable, testbed_agent.__file__, url, tokens, str(times), str(most_bytes)),
            stdout=subprocess.PIPE,
        )
        said, _ = agent.communicate(timeout=40 * times)
    assert agent.returncode == 0
    document: dict[str, Any] = json.loads(said)
    return Outcomes(
        shape=link.shape,
        results=[Throughput(**result) for result in document["results"]],
        processor_s=document["processor_s"],
    )
