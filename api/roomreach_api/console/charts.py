"""What does a chart show?

The same values as a drawing that needs no script, as numbers for the script that draws it better, and as the
rows of a table.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from roomreach_api.console.patterns import clock
from roomreach_api.console.statistics.summaries import summary
from roomreach_api.console.statistics.trails import Row, part_of_day, with_breaks

_WIDTH, _HEIGHT = 600, 120
_TEN = 10
_PARTS_H = {1: 1, 7: 6, 28: 24}
"""How much of a day one row of a table gathers, for the days a chart covers."""

Marked = tuple[int, int]
"""A moment (UTC ms), and how many checks failed from then on until the next one."""


@dataclass(frozen=True)
class Chart:
    """Lines, or single points, over the same moments.

    ``rows`` hold a moment (UTC ms) and one value for each of ``lines``; a row without values is a gap.
    ``bounds`` hold for each moment and line between which values the truth lies, where that is known.
    ``failed`` are checks that failed, which have no value.
    """

    unit: str
    lines: tuple[str, ...]
    rows: Sequence[Row]
    start_ms: int
    end_ms: int
    lowest: float
    highest: float
    points: bool = False
    bounds: Sequence[tuple[int, tuple[tuple[float | None, float | None], ...]]] = ()
    failed: Sequence[Marked] = ()

    @cached_property
    def top(self) -> float:
        """The upper end of the scale: a figure that is easy to read."""
        known = [value for _, values in self.rows for value in values if value is not None]
        known += [high for _, pairs in self.bounds for _, high in pairs if high is not None]
        most = max(known, default=self.highest)
        return self.highest if most <= self.highest else _above(most)

    @cached_property
    def bottom(self) -> float:
        """The lower end of the scale."""
        known = [value for _, values in self.rows for value in values if value is not None]
        least = min(known, default=self.lowest)
        return self.lowest if least >= self.lowest else _TEN * math.floor(least / _TEN)

    @property
    def data(self) -> str:
        """What the script draws, as JSON; moments in seconds, as it counts them."""
        return json.dumps(
            {
                "unit": self.unit,
                "labels": self.lines,
                "points": self.points,
                "x": [at_ms / 1000 for at_ms, _ in self.rows],
                "lines": [[values[n] for _, values in self.rows] for n in range(len(self.lines))],
                "bounds": [[at_ms / 1000, *pairs] for at_ms, pairs in self.bounds],
                "failed": [at_ms / 1000 for at_ms, _ in self.failed],
                "from": self.start_ms / 1000,
                "to": self.end_ms / 1000,
                "bottom": self.bottom,
                "top": self.top,
            },
            separators=(",", ":"),
        )

    @property
    def paths(self) -> list[str]:
        """The drawing: one path for each line, in a box of 600 by 120."""
        return [
            self._path([(at_ms, values[n]) for at_ms, values in self.rows]) for n in range(len(self.lines))
        ]

    @property
    def bars(self) -> list[str]:
        """The bounds, drawn: one path of upright bars for each line; an open end reaches the edge."""
        return [
            "".join(
                f"M{self._x(at_ms)} {self._y(self.bottom if low is None else low)}"
                f"V{self._y(self.top if high is None else high)}"
                for at_ms, pairs in self.bounds
                for low, high in (pairs[n],)
                if (low, high) != (None, None)
            )
            for n in range(len(self.lines))
        ]

    @property
    def crosses(self) -> str:
        """The checks that failed, drawn at the foot."""
        return "".join(f"M{self._x(at_ms)} {_HEIGHT - 8}V{_HEIGHT}" for at_ms, _ in self.failed)

    def _path(self, line: Sequence[tuple[int, float | None]]) -> str:
        words, pen = [], "M"
        for at_ms, value in line:
            if value is None:
                pen = "M"
                continue
            # A point alone is a line of no length, which a round end makes visible.
            words.append(f"{pen}{self._x(at_ms)} {self._y(value)}" + ("h0" if pen == "M" else ""))
            pen = "M" if self.points else "L"
        return "".join(words)

    def _x(self, at_ms: int) -> int:
        return round(_WIDTH * (at_ms - self.start_ms) / (self.end_ms - self.start_ms))

    def _y(self, value: float) -> int:
        return round(_HEIGHT * (self.top - value) / (self.top - self.bottom))


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a chart's table: a part of London's day, and for each line its median, range and number."""

    label: str
    cells: tuple[str, ...]
    n: int
    failed: int


def line_chart(
    unit: str,
    lines: tuple[str, ...],
    rows: Sequence[Row],
    *,
    between: tuple[int, int],
    scale: tuple[float, float],
    longest_ms: int,
    failed: Sequence[Marked] = (),
) -> Chart:
    """Make a chart of lines; gaps are longer than ``longest_ms``, and ``scale`` is what it shows at least."""
    return Chart(
        unit=unit,
        lines=lines,
        rows=with_breaks(rows, longest_ms),
        # The first window of an average may begin before the time asked about.
        start_ms=min([between[0], *(at_ms for at_ms, _ in (*rows[:1], *failed[:1]))]),
        end_ms=between[1],
        lowest=scale[0],
        highest=scale[1],
        failed=failed,
    )


def table(chart: Chart, days: int, said: Callable[[float], str]) -> list[Part]:
    """Put a chart into rows, oldest first: one for an hour, six hours or a day, as the chart is long."""
    hours = _PARTS_H[days]
    gathered: dict[datetime, list[tuple[float | None, ...]]] = defaultdict(list)
    for at_ms, values in chart.rows:
        if any(value is not None for value in values):
            gathered[part_of_day(at_ms, hours)].append(values)
    failed: Counter[datetime] = Counter()
    for at_ms, checks in chart.failed:
        failed[part_of_day(at_ms, hours)] += checks
    return [
        Part(
            label=_label(start, hours),
            cells=tuple(
                _cell([values[n] for values in gathered[start]], said) for n in range(len(chart.lines))
            ),
            n=len(gathered[start]),
            failed=failed[start],
        )
        for start in sorted({*gathered, *failed})
    ]


def _label(start: datetime, hours: int) -> str:
    day = f"{start:%A} {start.day} {start:%B}"
    return day if hours == 24 else f"{day}, {clock(start.hour)}"  # noqa: PLR2004 - a day


def _cell(values: Sequence[float | None], said: Callable[[float], str]) -> str:
    found = summary(values)
    if found is None:
        return "not known"
    if found.n == 1:
        return said(found.median)
    return f"{said(found.median)} ({said(found.lowest)} to {said(found.highest)})"


def _above(value: float) -> float:
    """Give the next of 1, 2, 3, 5, 10, 20, 30, 50 and so on; below zero the next ten."""
    if value <= 0:
        return _TEN * math.ceil(value / _TEN)
    size = 1.0
    while True:
        for step in (1, 2, 3, 5):
            if step * size >= value:
                return step * size
        size *= 10
