"""How do reports that were kept whole find their room, once somebody records where their agent stood?"""

from collections.abc import Sequence

from roomreach import topics
from roomreach.identifiers import AgentId
from roomreach.places import Register
from roomreach.receipt import Refusal
from roomreach.report import Key
from roomreach.series import Point, points
from roomreach_collector.codec import Codec, NotAReport
from roomreach_collector.post import Message
from roomreach_collector.register import CurrentRegister
from roomreach_collector.sorting import quarantined
from roomreach_collector.storing import store
from roomreach_collector.tally import Tally
from roomreach_store.records import Records, kept, quarantine
from roomreach_store.records.kept import Kept
from roomreach_store.records.quarantine import Quarantined
from roomreach_store.series import SeriesStore

STEP = 200
"""How many reports one step looks at, so that new ones never wait long."""


class Placing:
    """Goes through what is kept, step by step, at the start and whenever the register has changed.

    Several collectors may do so at once: a point written twice is one point.
    """

    def __init__(
        self,
        *,
        records: Records,
        series: SeriesStore,
        register: CurrentRegister,
        codec: Codec,
        tally: Tally,
        at_once: int = STEP,
    ) -> None:
        self._records = records
        self._series = series
        self._register = register
        self._codec = codec
        self._tally = tally
        self._at_once = at_once
        self._seen: int | None = None
        self._agents: list[AgentId] = []
        self._after: Key | None = None

    @property
    def busy(self) -> bool:
        """Whether there is more to go through."""
        return bool(self._agents)

    def step(self) -> None:
        """Look at some reports. Raises ``Unavailable``, and then looks at the same ones next time."""
        register = self._register.current()
        if self._register.version != self._seen:
            with self._records.reading() as c:
                waiting_agents = kept.agents_with_unplaced(c)
            self._agents = [agent for agent in waiting_agents if register.installations.get(agent)]
            self._after, self._seen = None, self._register.version
        if not self._agents:
            return
        with self._records.reading() as c:
            waiting = kept.unplaced(c, self._agents[0], self._after, self._at_once)
        self._place(waiting, register)
        if len(waiting) == self._at_once:
            self._after = waiting[-1].key
        else:
            del self._agents[0]
            self._after = None

    def _place(self, waiting: Sequence[Kept], register: Register) -> None:
        found: list[tuple[Kept, list[Point]]] = []
        unfit: list[tuple[Kept, str, str]] = []
        for report in waiting:
            whereabouts = register.room_of(report.key.agent, report.taken_ms)
            if whereabouts is None:
                continue
            try:
                decoded = self._codec.decode(report.payload)
            except NotAReport as exc:  # it was one to the collector that kept it: this one is stricter
                unfit.append((report, exc.refusal, str(exc)))
            else:
                found.append((report, points(decoded.report, whereabouts, report.digest, decoded.set_aside)))
        faults = store(self._series, [made for _, made in found])
        unfit += [(found[index][0], Refusal.NOT_STORABLE, reason) for index, reason in faults.items()]
        done = {report.key for report, _ in found} | {report.key for report, _, _ in unfit}
        if not done:
            return
        with self._records.transaction() as c:
            quarantine.keep(c, [_quarantined(*entry) for entry in unfit])
            kept.forget(c, done)
        self._tally.placed_later += len(done) - len(unfit)


def _quarantined(report: Kept, reason: str, detail: str) -> Quarantined:
    message = Message(topics.report(report.key), report.payload, report.received_ms)
    return quarantined(message, reason, detail, report.digest, report.key)
