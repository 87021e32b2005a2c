"""From a batch of messages to their receipts: the one order in which nothing is lost.

No receipt leaves before the series store has confirmed the points and the records have committed the rest.
"""

import time
from collections.abc import Callable, Sequence

from roomreach.coverage import covered
from roomreach.errors import Unavailable
from roomreach.identifiers import AgentId
from roomreach.online import judge
from roomreach.receipt import Receipt, Refusal, Refusing
from roomreach_collector.answers import Answers
from roomreach_collector.patience import Patience
from roomreach_collector.post import Message, Post
from roomreach_collector.receipts import Answer, receipts
from roomreach_collector.register import CurrentRegister
from roomreach_collector.sorting import Accepted, Batch, Rejected, Sorter
from roomreach_collector.storing import store
from roomreach_collector.tally import Tally
from roomreach_store.records import Records, kept, latest, quarantine
from roomreach_store.records.kept import MOST_KEPT, Kept, Why
from roomreach_store.records.latest import Heard
from roomreach_store.series import SeriesStore


class Ingest:
    """Takes batches in, one at a time, from one thread."""

    def __init__(
        self,
        *,
        post: Post,
        records: Records,
        series: SeriesStore,
        register: CurrentRegister,
        sorter: Sorter,
        answers: Answers,
        patience: Patience,
        tally: Tally,
        clock: Callable[[], int],
        most_kept: int = MOST_KEPT,
        on_greeted: Callable[[Sequence[AgentId]], None] = lambda _: None,
    ) -> None:
        self._post = post
        self._on_greeted = on_greeted
        self._records = records
        self._series = series
        self._register = register
        self._sorter = sorter
        self._answers = answers
        self._patience = patience
        self._tally = tally
        self._clock = clock
        self._most_kept = most_kept
        self._placed: int | None = None
        """By which register the batch in hand is placed."""

    def take_in(self, messages: Sequence[Message]) -> None:
        """Sort, write, record, answer. What is unavailable is waited for, the batch whole in memory.

        When anything else goes wrong nothing is answered, so everything will be sent again.
        """
        started = time.perf_counter()
        wait = self._patience.until_done
        try:
            register = wait("the records", self._register.current)
            self._placed = self._register.version
            batch = self._sorter.sort(messages, register)
            self._greet(batch.greeted)
            wait("the series store", lambda: self._write(batch))
            wait("the records", lambda: self._record(batch))
            self._answer(batch)
        finally:
            self._answers.release_all()
        self._count(messages, batch)
        self._tally.times.add(time.perf_counter() - started)

    def _greet(self, agents: Sequence[AgentId]) -> None:
        # An agent whose clock may be wrong waits for our time before it measures: it needs no store for that.
        for agent in agents:
            self._post.publish_receipt(agent, Receipt(at_ms=self._clock()))
        self._on_greeted(agents)

    def _write(self, batch: Batch) -> None:
        # A store may be away for long. What another collector put right meanwhile must stay so.
        register = self._register.current()
        if self._register.version != self._placed:
            for report in batch.accepted:
                report.place(register)
            self._placed = self._register.version
        placed = [report for report in batch.accepted if report.why is None]
        faults = store(self._series, [report.points for report in placed])
        if not faults:
            return
        for index, reason in faults.items():
            report = placed[index]
            refusing = Refusing(report.key.sequence, report.digest, Refusal.NOT_STORABLE, reason)
            self._answers.refused(report.key, refusing)
            batch.rejected.append(Rejected(report.message, report.key, refusing))
        refused = {placed[index].key for index in faults}
        batch.accepted = [report for report in batch.accepted if report.key not in refused]

    def _record(self, batch: Batch) -> None:
        whole = [kept_whole(report, report.why) for report in batch.accepted if report.why is not None]
        newest = [heard(report) for report in batch.accepted if report.why is not Why.UNDATED]
        unfit = [*(rejected.quarantined() for rejected in batch.rejected), *batch.astray]
        if not (whole or newest or unfit):
            return
        with self._records.transaction() as c:
            full = False
            try:
                kept.keep(c, whole, most=self._most_kept)
            except Unavailable:  # no room to keep them: these get no receipt, and the others are not held up
                full = True
            latest.merge(c, newest)
            quarantine.keep(c, unfit)
        if full:
            self._tally.unkept += len(whole)
            batch.accepted = [report for report in batch.accepted if report.why is None]

    def _answer(self, batch: Batch) -> None:
        answers = [Answer(key) for key in batch.repeated]
        answers += [Answer(rejected.key, rejected.refusing) for rejected in batch.rejected]
        for report in batch.accepted:
            self._answers.stored(report.key)
            answers.append(Answer(report.key))
        for agent, receipt in receipts(answers, self._clock()):
            if self._post.publish_receipt(agent, receipt):
                self._tally.receipts += 1
            else:
                self._tally.receipts_unsent += 1

    def _count(self, messages: Sequence[Message], batch: Batch) -> None:
        tally = self._tally
        tally.batches += 1
        tally.received += len(messages)
        tally.stored += len(batch.accepted)
        tally.repeated += len(batch.repeated)
        tally.refused.update(rejected.refusing.reason for rejected in batch.rejected)
        tally.astray += len(batch.astray)
        tally.greeted += len(batch.greeted)
        tally.faults += batch.faults
        for report in batch.accepted:
            if report.why is Why.UNPLACED:
                tally.unplaced += 1
            elif report.why is Why.UNDATED:
                tally.undated += 1
            if report.set_aside:
                tally.count_set_aside(report.set_aside)
        if batch.accepted:
            tally.last_report_ms = batch.accepted[-1].message.received_ms


def kept_whole(report: Accepted, why: Why) -> Kept:
    """Say what is kept of a report that lacks its place or its time."""
    return Kept(
        why=why,
        key=report.key,
        taken_ms=report.report.taken_ms,
        received_ms=report.message.received_ms,
        digest=report.digest,
        payload=report.message.payload,
    )


def heard(report: Accepted) -> Heard:
    """Say what a report says of its agent's present."""
    return Heard(
        agent=report.key.agent,
        taken_ms=report.report.taken_ms,
        received_ms=report.message.received_ms,
        payload=report.message.payload,
        online=judge(report.report.measurements).online,
        covered=covered(report.report.measurements),
    )
