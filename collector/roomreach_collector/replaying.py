"""How is a message that was refused taken in again, once whatever was wrong with it may be right?

As if it came now, with three differences: nobody is answered, the time it first came stays the time it came,
and what is refused again stays where it is.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from roomreach.errors import NotFound, Refused, Unavailable
from roomreach.places import Register
from roomreach.receipt import Refusal
from roomreach_collector.answers import Answers
from roomreach_collector.codec import Codec
from roomreach_collector.ingest import heard, kept_whole
from roomreach_collector.post import Message
from roomreach_collector.sorting import Accepted, Sorter
from roomreach_collector.storing import store
from roomreach_store.records import Records, jobs, kept, latest, quarantine
from roomreach_store.records.jobs import Job, Outcome
from roomreach_store.records.kept import MOST_KEPT, Kept, Why
from roomreach_store.records.quarantine import Entry
from roomreach_store.series import SeriesStore


class Replaying:
    """Takes entries of the quarantine in, one a step."""

    def __init__(
        self,
        *,
        records: Records,
        series: SeriesStore,
        codec: Codec,
        clock: Callable[[], int],
        most_kept: int = MOST_KEPT,
    ) -> None:
        self._records = records
        self._series = series
        self._codec = codec
        self._clock = clock
        self._most_kept = most_kept

    def step(self, job: Job, register: Register) -> None:
        """Take an entry in; raises ``Refused`` with the reason why it cannot be, or not yet."""
        try:
            with self._records.reading() as c:
                entry = quarantine.entry(c, job.entry or 0)
        except NotFound as exc:
            raise Refused(str(exc)) from exc
        report = self._accepted(entry, register)
        if report.why is None and (faults := store(self._series, [report.points])):
            raise Refused(f"refused again, {Refusal.NOT_STORABLE}: {faults[0]}")
        with self._records.transaction() as c:
            if report.why is not None:
                self._keep(c, kept_whole(report, report.why))
            if report.why is not Why.UNDATED:
                latest.merge(c, [heard(report)])
            quarantine.forget(c, entry.id)
            jobs.end(c, job.id, self._clock(), Outcome.DONE, _stored(report.why))

    def _keep(self, c: Connection, report: Kept) -> None:
        try:
            kept.keep(c, [report], most=self._most_kept)
        except Unavailable as exc:
            raise Refused(f"not stored: {exc}") from exc

    def _accepted(self, entry: Entry, register: Register) -> Accepted:
        payload = entry.payload or b""
        if len(payload) < entry.size:
            raise Refused(f"only its first {len(payload)} of {entry.size} bytes were kept")
        if entry.reason == Refusal.CONFLICT:
            raise Refused("another report was received under the same key, and stands")
        # No memory of what was answered: this asks what is to be thought of these bytes today.
        sorter = Sorter(self._codec, Answers(outboxes=1, refusals=1))
        batch = sorter.sort([Message(entry.topic, payload, entry.received_ms)], register)
        if not batch.accepted:
            found = [*(rejected.quarantined() for rejected in batch.rejected), *batch.astray]
            said = f"{found[0].reason}: {found[0].detail}" if found else "it is no report"
            raise Refused(f"refused again, {said}")
        return batch.accepted[0]


def _stored(why: Why | None) -> str:
    return "stored" if why is None else f"kept whole: {why}"
