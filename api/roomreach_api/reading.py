"""The one door to what is kept: everything that comes out has passed the caller's scope.

No other module of this package reads the records or the series; a test sees to it.
"""

from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from roomreach.errors import Misconfigured, NotFound, Unavailable
from roomreach.identifiers import AgentId
from roomreach.moments import moment
from roomreach.places import Register
from roomreach_api.access import Scope
from roomreach_api.said import Said, Spoken, said, spoken
from roomreach_api.visible import SeenRoom, Visible
from roomreach_store.records import Records, jobs, kept, latest, places, quarantine
from roomreach_store.records.jobs import Backlog
from roomreach_store.records.kept import Why
from roomreach_store.records.latest import Latest
from roomreach_store.records.quarantine import Entry, Totals
from roomreach_store.series import Question, SeriesStore, Track


class Stores:
    """The two stores, and the register as last read: it is read again only after it has changed."""

    def __init__(self, records: Records, series: SeriesStore, now: Callable[[], datetime]) -> None:
        self.records = records
        self.series = series
        self.now = now
        self._register: tuple[int, Register] | None = None
        self._heard: dict[AgentId, Spoken] = {}

    def register(self, c: Connection) -> Register:
        """Give the register as it is now."""
        version = places.version(c)
        known = self._register
        if known is None or known[0] != version:
            known = self._register = (version, places.register(c))
        return known[1]

    def spoken(self, newest: Latest) -> Spoken:
        """Give an agent's latest report decoded and judged: that is done once, when it is first asked for."""
        known = self._heard.get(newest.agent)
        if known is None or known.payload != newest.payload:
            known = self._heard[newest.agent] = spoken(newest)
        return known

    def mark(self) -> Hashable:
        """Give what differs once a report has come or the register has changed; None: unreadable."""
        try:
            with self.records.reading() as c:
                return places.version(c), latest.mark(c)
        except (Unavailable, Misconfigured):
            return None


class Reading:
    """What one caller may read, as of one moment. Raises ``Unavailable`` when a store cannot be read."""

    def __init__(self, stores: Stores, scope: Scope) -> None:
        self._stores = stores
        self._scope = scope
        self.now = stores.now()

    @cached_property
    def places(self) -> Visible:
        """Sites, rooms and agents."""
        return self._state.visible

    @cached_property
    def said(self) -> Mapping[AgentId, Said]:
        """What each agent said last, where that was said in a place the caller sees."""
        return {
            agent: said(newest, self._stores.spoken(newest), room, self.now)
            for agent, (newest, room) in self._newest.items()
        }

    @cached_property
    def last_taken(self) -> datetime | None:
        """When the newest report of any agent was taken; None when there is none."""
        return max((moment(newest.taken_ms) for newest, _ in self._newest.values()), default=None)

    @cached_property
    def waiting(self) -> Mapping[tuple[AgentId, Why], int]:
        """How many reports of each agent are kept whole, and what they lack: they belong to no site."""
        if not self._scope.sees_unplaced():
            return {}
        visible = {agent.id for agent in self.places.agents()}
        return {key: count for key, count in self._state.waiting.items() if key[0] in visible}

    def tracks(self, question: Question) -> list[Track]:
        """Ask the series; raises ``NotFound`` for a place or an agent out of sight, and ``Refused``."""
        if question.site is not None:
            self.places.site(question.site)
        if question.room is not None:
            self.places.room(question.room)
        if question.agent is not None:
            self.places.agent(question.agent)
        # An agent may have stood in a room that this caller does not see.
        return [t for t in self._stores.series.read(question) if self.places.sees_taken_in(t.room)]

    def require_series(self) -> None:
        """Return when the series can be used; raise ``Unavailable`` or ``Misconfigured`` saying why not."""
        self._stores.series.ready()

    def quarantine(self, limit: int, before: int | None) -> list[Entry]:
        """Messages refused, newest first, without their bytes; raises ``NotFound`` out of scope."""
        self._require_unplaced()
        with self._stores.records.reading() as c:
            return quarantine.entries(c, limit, before)

    def quarantined(self, id_: int) -> Entry:
        """One message refused, with its bytes; raises ``NotFound``."""
        self._require_unplaced()
        with self._stores.records.reading() as c:
            return quarantine.entry(c, id_)

    def quarantine_totals(self) -> Totals:
        """How full the quarantine is; raises ``NotFound`` out of scope."""
        self._require_unplaced()
        with self._stores.records.reading() as c:
            return quarantine.totals(c)

    def backlog(self) -> Backlog:
        """Say what operators asked for and still waits; raises ``NotFound`` out of scope."""
        self._require_unplaced()
        with self._stores.records.reading() as c:
            return jobs.backlog(c)

    def _require_unplaced(self) -> None:
        if not self._scope.sees_unplaced():
            raise NotFound("There is no quarantine here.")

    @cached_property
    def _newest(self) -> Mapping[AgentId, tuple[Latest, SeenRoom | None]]:
        found = {}
        for agent in self.places.agents():
            newest = self._state.latest.get(agent.id)
            # What was taken elsewhere, before the agent came to where this caller sees it, stays unseen.
            with suppress(NotFound):
                if newest is not None:
                    found[agent.id] = (newest, self.places.stood_in(agent.id, newest.taken_ms))
        return found

    @cached_property
    def _state(self) -> "_State":
        with self._stores.records.reading() as c:
            newest = latest.latest(c)
            waiting = kept.counts(c)
            heard = {*newest, *(agent for agent, _ in waiting)}
            visible = Visible(self._stores.register(c), self._scope, self.now, heard)
        return _State(visible, newest, waiting)


@dataclass(frozen=True, slots=True)
class _State:
    visible: Visible
    latest: Mapping[AgentId, Latest]
    waiting: Mapping[tuple[AgentId, Why], int]
