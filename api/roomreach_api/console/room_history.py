"""What do the series hold of one room, and which figures does that make for each agent?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from roomreach.identifiers import AgentId
from roomreach_api.console import figures
from roomreach_api.console.addresses import File, csv_file, failed_files
from roomreach_api.console.cells import SIGNAL
from roomreach_api.console.failed import WhatFailed, counted, times, what_failed, why
from roomreach_api.console.figures import Asked, Figure
from roomreach_api.console.history import (
    Failures,
    Place,
    Trail,
    averages,
    between,
    failures,
    intervals,
    not_measured,
    speeds,
)
from roomreach_api.console.intervals import Intervals
from roomreach_api.console.speeds import Speed
from roomreach_api.console.statistics.spans import Failure
from roomreach_api.reading import Reading
from roomreach_api.visible import SeenRoom

_RESPONSE = ("median_ms", "p95_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomHistory:
    """A room's rows: averages over ``every_ms``, tests, failures, and why something was not measured."""

    place: Place
    every_ms: int
    signals: Sequence[Trail]
    responses: Sequence[Trail]
    tests: Sequence[Speed]
    failures: Failures
    intervals: Intervals
    lacking: Mapping[str, Mapping[tuple[AgentId, str | None], str]]
    failed: WhatFailed
    failed_files: Sequence[File]

    @property
    def agents(self) -> set[AgentId]:
        """Who measured anything, in vain or not."""
        gave = {one.agent for some in (self.signals, self.responses, self.tests) for one in some}
        return gave | {one.agent for some in self.failures.by_kind.values() for one in some}

    def in_vain(self, agent: AgentId, kind: str, target: str | None) -> list[Failure]:
        """Give what one agent asked of one target in vain."""
        return [one for one in self.failures.by_kind[kind] if (one.agent, one.target) == (agent, target)]

    def missing(self, agent: AgentId, kind: str, target: str | None) -> str:
        """Say what failed or could not be measured; "" where nothing."""
        mine = self.in_vain(agent, kind, target)
        return _missing(mine, self.lacking.get(kind, {}).get((agent, target)))

    def marks(self, agent: AgentId, kind: str, target: str | None) -> list[tuple[int, int]]:
        """Give the windows in which checks failed, and how many did."""
        found: Counter[int] = Counter()
        for one in self.in_vain(agent, kind, target):
            found[one.at_ms - one.at_ms % self.every_ms] += one.checks
        return sorted(found.items())


def read(
    reading: Reading, place: Place, room: SeenRoom, every_ms: int, standing: Iterable[AgentId]
) -> RoomHistory:
    """Read a room's rows; and where an agent that stands there gave none, why."""
    signals = averages(reading, place, "link", SIGNAL, every_ms)
    responses = averages(reading, place, "latency", _RESPONSE, every_ms, target="hub")
    tests = speeds(reading, place)
    gave: Mapping[str, Sequence[Trail | Speed]] = {"link": signals, "latency": responses, "throughput": tests}
    silent = {kind for kind, some in gave.items() if set(standing) - {one.agent for one in some}}
    in_vain, waited = failures(reading, place), intervals(reading, place)
    return RoomHistory(
        place=place,
        every_ms=every_ms,
        signals=signals,
        responses=responses,
        tests=tests,
        failures=in_vain,
        intervals=waited,
        lacking={kind: not_measured(reading, place, kind) for kind in sorted(silent)},
        failed=what_failed(reading, in_vain, waited, [room]),
        failed_files=failed_files(reading, place),
    )


def figures_of(reading: Reading, history: RoomHistory, agent: AgentId) -> list[Figure]:
    """Make the figures of one agent."""
    place = history.place
    averaged = {"agent": agent, "every": f"{history.every_ms // 60_000}m", "aggregate": "mean"}
    tests_file = csv_file(reading, place, "Speed tests", "throughput", agent=agent)
    asked = Asked(
        days=place.days,
        between=between(reading, place.days),
        # Nothing is missing where an agent reports less often than a window is long.
        every_ms=max(history.every_ms, history.intervals.usual_ms(agent)),
    )
    made = [
        figures.signal(
            [trail for trail in history.signals if trail.agent == agent],
            history.marks(agent, "link", None),
            asked,
            history.missing(agent, "link", None),
            csv_file(reading, place, "Wi-Fi signal", "link", SIGNAL, **averaged),
        )
    ]
    for end in ("server", "reference"):
        tests = [test for test in history.tests if (test.agent, test.target) == (agent, end)]
        missing = history.missing(agent, "throughput", end)
        # Few rooms have an agent wired to their router: without one there is nothing to miss.
        if tests or missing or end == "server":
            marks = history.marks(agent, "throughput", end)
            made.append(figures.speed(end, tests, marks, asked=asked, missing=missing, file=tests_file))
    return [
        *made,
        figures.response(
            [trail for trail in history.responses if trail.agent == agent],
            history.marks(agent, "latency", "hub"),
            asked,
            history.missing(agent, "latency", "hub"),
            csv_file(reading, place, "Time to answer", "latency", _RESPONSE, **averaged),
        ),
    ]


def _missing(mine: Iterable[Failure], lacked: str | None) -> str:
    words = [f"Failed {times(number)}: {said}." for said, number in counted(mine)]
    if lacked is not None:
        words.append(f"Could not be measured: {why(lacked)}.")
    return " ".join(words)
