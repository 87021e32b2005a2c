"""When was it each agent's turn to test, and at what cost? Planned as the collector plans it live."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from roomreach import slots, strata
from roomreach.desired import Slot
from roomreach.identifiers import AgentId, SiteId


class Planned:
    """The slots of one site, each day planned once; ``most_bytes`` is what all tests of a day may cost."""

    def __init__(self, site: SiteId, stays: Sequence[slots.Stay], most_bytes: int) -> None:
        self._site = site
        self._stays = stays
        self._most_bytes = most_bytes
        self._days: dict[date, Mapping[AgentId, tuple[Slot, ...]]] = {}

    def of(self, agent: AgentId, begin_s: float, end_s: float) -> tuple[Slot, ...]:
        """Give the slots of one agent that begin from a moment up to another, in seconds since 1970."""
        first, last = (strata.day_of(int(at_s * 1000)) for at_s in (begin_s, end_s))
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        theirs = (slot for day in days for slot in self._on(day).get(agent, ()))
        return tuple(slot for slot in theirs if begin_s <= slot.start_ms / 1000 < end_s)

    def _on(self, day: date) -> Mapping[AgentId, tuple[Slot, ...]]:
        if day not in self._days:
            self._days[day] = slots.plan(self._site, day, self._stays, self._most_bytes)
        return self._days[day]
