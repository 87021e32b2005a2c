"""How long did each agent wait from one report to the next? As it was then, for intervals are changed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from roomreach.identifiers import AgentId

_UNKNOWN_MS = 15 * 60_000
_PATIENCE = 1.5


@dataclass(frozen=True, slots=True)
class Intervals:
    """For each agent the longest interval of each window (its start, UTC ms; both in ms)."""

    every_ms: int
    by_agent: Mapping[AgentId, Mapping[int, int]]

    @classmethod
    def of(cls, every_ms: int, rows: Iterable[tuple[AgentId, int, int]]) -> Self:
        """Gather them from an agent, a window's start, and the longest interval in it (seconds)."""
        found: dict[AgentId, dict[int, int]] = defaultdict(dict)
        for agent, at_ms, interval_s in rows:
            mine = found[agent]
            mine[at_ms] = max(mine.get(at_ms, 0), 1000 * interval_s)
        return cls(every_ms, found)

    def patience_ms(self, agent: AgentId, at_ms: int) -> int:
        """Say how long after a report one waits for the next: more than one interval, and less than two."""
        mine = self.by_agent.get(agent, {})
        return int(mine.get(at_ms - at_ms % self.every_ms, _UNKNOWN_MS) * _PATIENCE)

    def usual_ms(self, agent: AgentId) -> int:
        """Give the interval that an agent kept for longest; 0 when it reported nothing."""
        kept = Counter(self.by_agent.get(agent, {}).values())
        return kept.most_common(1)[0][0] if kept else 0
