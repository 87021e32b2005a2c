"""Which figures does a room's page show, and what does each say in words?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import TypedDict

from roomreach_api.console import facts
from roomreach_api.console.addresses import File
from roomreach_api.console.cells import SCALE_DBM, signal_rows
from roomreach_api.console.charts import Chart, Marked, Part, line_chart, table
from roomreach_api.console.history import Trail
from roomreach_api.console.speeds import Rate, Speed, Typical, directions, typical
from roomreach_api.console.statistics import bands
from roomreach_api.console.statistics.summaries import Summary, summary
from roomreach_api.console.statistics.trails import Row, windows

_RESPONSE_MS = (0.0, 100.0)
_MBPS = (0.0, 20.0)
_ENDS = {"server": "Speed to our server", "reference": "Speed of the Wi-Fi alone"}

_Said = Callable[[float], str]


class _Drawn(TypedDict):
    chart: Chart | None
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What all figures of an agent have in common: the page's days, and how often there could be a value."""

    days: int
    between: tuple[int, int]
    every_ms: int

    @property
    def longest_ms(self) -> int:
        """How long a pause is no gap."""
        # Two and a half: reports come a little early or late, and one alone may be missing.
        return 5 * self.every_ms // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One chart with all that stands beside it. ``chart`` is None where nothing was measured.

    ``words`` says what is typical, ``samples`` of how many, ``missing`` what failed or could not be measured.
    """

    id: str
    heading: str
    words: str
    samples: str
    missing: str
    chart: Chart | None
    parts: Sequence[Part]
    file: File


def signal(
    trails: Sequence[Trail], failed: Sequence[Marked], asked: Asked, missing: str, file: File
) -> Figure:
    """Show how loudly the access point is heard."""
    rows = signal_rows(trails)
    found = summary(value for _, (value,) in rows)
    words = _typically(found, facts.decibels, bands.signal(found.median).word) if found else ""
    return Figure(
        id="signal",
        heading="Wi-Fi signal",
        words=words,
        samples=_measured(rows, asked),
        missing=missing,
        file=file,
        **_drawn(
            _lines("dBm", ("Signal",), rows, scale=SCALE_DBM, asked=asked, failed=failed),
            asked,
            facts.decibels,
        ),
    )


def response(
    trails: Sequence[Trail], failed: Sequence[Marked], asked: Asked, missing: str, file: File
) -> Figure:
    """Show how quickly our server answers on the quiet line: typically, and at its slowest."""
    rows: list[Row] = sorted((row for trail in trails for row in trail.rows), key=itemgetter(0))
    found, slow = (summary(values[n] for _, values in rows) for n in range(2))
    words = _typically(found, facts.milliseconds, bands.response(found.median).word) if found else ""
    if slow:
        words += f" The slowest answers typically took {facts.milliseconds(slow.median)}."
    lines = ("Typical answer", "Slowest answers")
    chart = _lines("ms", lines, rows, scale=_RESPONSE_MS, asked=asked, failed=failed)
    return Figure(
        id="response",
        heading="Time to answer",
        words=words,
        samples=_measured(rows, asked),
        missing=missing,
        file=file,
        **_drawn(chart, asked, facts.milliseconds),
    )


def speed(
    target: str,
    tests: Iterable[Speed],
    failed: Sequence[Marked],
    *,
    asked: Asked,
    missing: str,
    file: File,
) -> Figure:
    """Show throughput tests towards one end: a point each, with bounds where one did not settle."""
    ordered = sorted(tests, key=attrgetter("at_ms"))
    found = typical(ordered)
    chart = Chart(
        unit="Mbit/s",
        lines=("Download", "Upload"),
        rows=[(one.at_ms, (one.download.mbps, one.upload.mbps)) for one in ordered],
        start_ms=asked.between[0],
        end_ms=asked.between[1],
        lowest=_MBPS[0],
        highest=_MBPS[1],
        points=True,
        bounds=[(one.at_ms, (_bounds(one.download), _bounds(one.upload))) for one in ordered],
        failed=failed,
    )
    return Figure(
        id=f"speed_{target}",
        heading=_ENDS[target],
        words=_speed_words(found) if found else "",
        samples=_tests(found) if found else "",
        missing=missing,
        file=file,
        **_drawn(chart if ordered or failed else None, asked, facts.megabits),
    )


def _drawn(chart: Chart | None, asked: Asked, said: _Said) -> _Drawn:
    return _Drawn(chart=chart, parts=table(chart, asked.days, said) if chart else ())


def _lines(
    unit: str,
    names: tuple[str, ...],
    rows: Sequence[Row],
    *,
    scale: tuple[float, float],
    asked: Asked,
    failed: Sequence[Marked] = (),
) -> Chart | None:
    if not rows and not failed:
        return None
    return line_chart(
        unit,
        names,
        rows,
        between=asked.between,
        scale=scale,
        longest_ms=asked.longest_ms,
        failed=failed,
    )


def _typically(found: Summary, said: _Said, word: str) -> str:
    few, many = said(found.p20), said(found.p80)
    most = f" Most of the time between {few} and {many}." if few != many else ""
    return f"Typically {said(found.median)}, {word}.{most}"


def _speed_words(found: Typical) -> str:
    words = []
    for name, every, at_busy, band in directions(found):
        if every:
            said = f"{name} typically {facts.megabits(every.median)}, {band(every.median).word}"
            if at_busy:
                said += f"; {facts.megabits(at_busy.median)} from 8pm to 10pm ({_many(at_busy.n, 'test')})"
            words.append(f"{said}.")
    if found.idle and found.download_loaded:
        loaded = f"{facts.milliseconds(found.download_loaded.median)} while downloading"
        if found.upload_loaded:
            loaded += f" and {facts.milliseconds(found.upload_loaded.median)} while uploading"
        words.append(f"An answer took {facts.milliseconds(found.idle.median)} on the quiet line, {loaded}.")
    return " ".join(words)


def _tests(found: Typical) -> str:
    if not found.unsettled:
        return _many(found.tests, "test")
    return (
        f"{_many(found.tests, 'test')}, of which {found.unsettled} did not settle: a bar shows their bounds"
    )


def _measured(rows: Sequence[Row], asked: Asked) -> str:
    # Reports come a little early or late: an agent's own intervals may begin anywhere.
    every = max(windows(*asked.between, asked.every_ms), len(rows))
    return f"Measured in {len(rows)} of {every} {_lengths(asked.every_ms)}" if rows else ""


def _lengths(every_ms: int) -> str:
    minutes = every_ms // 60_000
    return {15: "quarters of an hour", 30: "half hours", 60: "hours"}.get(
        minutes, f"periods of {minutes} minutes"
    )


def _bounds(rate: Rate) -> tuple[float | None, float | None]:
    return (rate.low, rate.high)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
