"""When did an agent take its rounds, in which boot, and under which sequence? Known of any day by itself."""

from bisect import bisect_left
from dataclasses import dataclass

from roomreach_hub.buildings.habits import drawn
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.spans import Span

CADENCE_S = 900
_STARTS_IN_S = 40
"""How long a small computer takes to start when power comes back."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round: when (s since 1970), under which sequence, and in which boot, begun when."""

    at_s: float
    sequence: int
    boot: int
    booted_s: float


class Calendar:
    """All rounds of one agent, of which nothing is kept but when they began."""

    def __init__(self, key: str, lodging: Lodging, history: Span) -> None:
        end_s = min(history.end_s, lodging.silent_at_s or history.end_s)
        first_s = history.begin_s + CADENCE_S * drawn(key, "phase")
        self._boots: list[Span] = []
        for dark in lodging.spot.dark:
            self._boots.append(Span(first_s, min(dark.begin_s, end_s)))
            first_s = dark.end_s + _STARTS_IN_S + 5 * drawn(key, "start")
        self._boots.append(Span(first_s, end_s))
        self._rounds = [
            Round(boot.begin_s + number * CADENCE_S, 0, index, boot.begin_s)
            for index, boot in enumerate(self._boots)
            for number in range(max(0, -int(-boot.lasts_s // CADENCE_S)))
        ]
        self._times = [one.at_s for one in self._rounds]

    def __len__(self) -> int:
        """How many rounds there were."""
        return len(self._rounds)

    def in_(self, span: Span) -> list[Round]:
        """Give the rounds of a stretch of time, in order."""
        first, last = bisect_left(self._times, span.begin_s), bisect_left(self._times, span.end_s)
        return [
            Round(one.at_s, first + index + 1, one.boot, one.booted_s)
            for index, one in enumerate(self._rounds[first:last])
        ]

    def before(self, at_s: float) -> float:
        """Give when the last round before a moment was; the moment one cadence earlier if there was none."""
        found = bisect_left(self._times, at_s)
        return self._times[found - 1] if found else at_s - CADENCE_S
