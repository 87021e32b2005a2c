"""What do the series hold of one room, and which figures does that make for each agent?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from roomreach.identifiers import AgentId
from roomreach_api.console import figures
from roomreach_api.console.addresses import csv_file
from roomreach_api.console.failed import why
from roomreach_api.console.figures import Asked, Figure
from roomreach_api.console.history import Failures, Place, Trail, averages, failures, not_measured, speeds
from roomreach_api.console.speeds import Speed
from roomreach_api.console.statistics.spans import Failure
from roomreach_api.reading import Reading

_SIGNAL = ("signal_average_dbm", "signal_dbm")
_RESPONSE = ("median_ms", "p95_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A room's rows: averages over ``every_ms``, tests, failures, and why something was not measured."""

    place: Place
    every_ms: int
    signals: Sequence[Trail]
    responses: Sequence[Trail]
    tests: Sequence[Speed]
    failures: Failures
    lacking: Mapping[str, Mapping[tuple[AgentId, str | None], str]]

    @property
    def agents(self) -> set[AgentId]:
        """Who measured anything."""
        return {one.agent for some in (self.signals, self.responses, self.tests) for one in some}

    def failed(self, agent: AgentId, kind: str, target: str | None) -> list[Failure]:
        """Give what one agent asked of one target in vain."""
        return [one for one in self.failures.by_kind[kind] if (one.agent, one.target) == (agent, target)]

    def missing(self, agent: AgentId, kind: str, target: str | None) -> str:
        """Say what failed or could not be measured; "" where nothing."""
        mine = self.failed(agent, kind, target)
        return _missing(mine, self.lacking.get(kind, {}).get((agent, target)))


def read(reading: Reading, place: Place, every_ms: int, standing: Iterable[AgentId]) -> Found:
    """Read a room's rows; and where an agent that stands there gave none, why."""
    signals = averages(reading, place, "link", _SIGNAL, every_ms)
    responses = averages(reading, place, "latency", _RESPONSE, every_ms)
    tests = speeds(reading, place)
    gave: Mapping[str, Sequence[Trail | Speed]] = {"link": signals, "latency": responses, "throughput": tests}
    silent = {kind for kind, some in gave.items() if set(standing) - {one.agent for one in some}}
    return Found(
        place=place,
        every_ms=every_ms,
        signals=signals,
        responses=responses,
        tests=tests,
        failures=failures(reading, place),
        lacking={kind: not_measured(reading, place, kind) for kind in sorted(silent)},
    )


def figures_of(reading: Reading, found: Found, agent: AgentId, asked: Asked) -> list[Figure]:
    """Make the figures of one agent."""
    averaged = {"agent": agent, "every": f"{found.every_ms // 60_000}m", "aggregate": "mean"}
    tests_file = csv_file(reading, found.place, "Speed tests", "throughput", agent=agent)

    def failed_ms(kind: str, target: str | None) -> list[int]:
        return [one.at_ms for one in found.failed(agent, kind, target)]

    made = [
        figures.signal(
            [trail for trail in found.signals if trail.agent == agent],
            failed_ms("link", None),
            asked,
            found.missing(agent, "link", None),
            csv_file(reading, found.place, "Wi-Fi signal", "link", _SIGNAL, **averaged),
        )
    ]
    for end in ("server", "reference"):
        tests = [test for test in found.tests if (test.agent, test.target) == (agent, end)]
        missing = found.missing(agent, "throughput", end)
        # Few rooms have an agent wired to their router: without one there is nothing to miss.
        if tests or missing or end == "server":
            in_vain = failed_ms("throughput", end)
            made.append(figures.speed(end, tests, in_vain, asked=asked, missing=missing, file=tests_file))
    return [
        *made,
        figures.response(
            [t for t in found.responses if (t.agent, t.target) == (agent, "hub")],
            failed_ms("latency", "hub"),
            asked,
            found.missing(agent, "latency", "hub"),
            csv_file(reading, found.place, "Time to answer", "latency", _RESPONSE, **averaged),
        ),
    ]


def _missing(mine: Iterable[Failure], lacked: str | None) -> str:
    counted = Counter(why(failure.reason) for failure in mine).most_common()
    words = [f"Failed {'once' if times == 1 else f'{times} times'}: {said}." for said, times in counted]
    if lacked is not None:
        words.append(f"Could not be measured: {why(lacked)}.")
    return " ".join(words)
