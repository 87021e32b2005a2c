"""The collector itself: one thread that takes batches in, and between them wants, places and does jobs."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from roomreach.errors import Misconfigured, Unavailable
from roomreach_collector.answers import OUTBOXES, Answers
from roomreach_collector.codec import Codec
from roomreach_collector.faults import where
from roomreach_collector.ingest import Ingest
from roomreach_collector.jobs import Jobs
from roomreach_collector.patience import Patience, Stopped
from roomreach_collector.placing import Placing
from roomreach_collector.post import Post, now_ms
from roomreach_collector.register import CurrentRegister
from roomreach_collector.replaying import Replaying
from roomreach_collector.restanding import Restanding
from roomreach_collector.sorting import Sorter
from roomreach_collector.tally import Tally
from roomreach_collector.wanting import Wanting
from roomreach_store.records import Records
from roomreach_store.records.kept import MOST_KEPT
from roomreach_store.series import SeriesStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How large and how old a batch grows, how long the collector waits, and how much it remembers and keeps.

    ``idle_s`` bounds how long it takes to stop; ``rest_s`` follows a fault of ours, so that one that never
    ends does not spin; ``first_retry_s`` and ``longest_retry_s`` bound the back-off while a store is away.
    ``settle_s`` is how long stored points stay where they are after a correction: longer than another
    collector may go by an older register (``register_s``) and then take to write (a store's time-out, 10 s).
    """

    most: int = 1_000
    age_s: float = 0.05
    idle_s: float = 0.5
    rest_s: float = 1.0
    first_retry_s: float = 0.2
    longest_retry_s: float = 10.0
    register_s: float = 1.0
    settle_s: float = 15.0
    outboxes: int = OUTBOXES
    most_kept: int = MOST_KEPT


class Collector:
    """Reads from a post, writes to two stores that are not its own to close, and answers. Start it once."""

    def __init__(
        self,
        inbox: Post,
        records: Records,
        series: SeriesStore,
        *,
        clock: Callable[[], int] = now_ms,
        pace: Pace | None = None,
    ) -> None:
        pace = pace or Pace()
        self._inbox = inbox
        self._pace = pace
        self._tally = Tally()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="collector")
        codec, answers = Codec(), Answers(outboxes=pace.outboxes)
        register = CurrentRegister(records, every_s=pace.register_s)
        self._wanting = Wanting(post=inbox, register=register, tally=self._tally, clock=clock)
        self._ingest = Ingest(
            post=inbox,
            records=records,
            series=series,
            register=register,
            sorter=Sorter(codec, answers),
            answers=answers,
            patience=Patience(
                self._stopping,
                first_s=pace.first_retry_s,
                longest_s=pace.longest_retry_s,
                waiting_for=self._waiting_for,
            ),
            tally=self._tally,
            clock=clock,
            most_kept=pace.most_kept,
            on_greeted=self._wanting.greeted,
        )
        self._placing = Placing(
            records=records, series=series, register=register, codec=codec, tally=self._tally
        )
        self._jobs = Jobs(
            records=records,
            register=register,
            restanding=Restanding(records=records, series=series, clock=clock),
            replaying=Replaying(
                records=records, series=series, codec=codec, clock=clock, most_kept=pace.most_kept
            ),
            clock=clock,
            settle_s=pace.settle_s,
        )
        self._place_from = 0.0
        self._clock = clock
        self._in_hand_ms: int | None = None
        self._turned_at = time.monotonic()

    @property
    def tally(self) -> Tally:
        """What it has done so far."""
        self._tally.dropped_full = self._inbox.dropped
        return self._tally

    @property
    def connected(self) -> bool:
        """Whether messages can come in just now."""
        return self._inbox.connected

    @property
    def lost_s(self) -> float:
        """For how long no message could come in, seconds; 0 while one can."""
        return self._inbox.lost_s

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    @property
    def lag_s(self) -> float:
        """How long the oldest message that has no answer yet has waited, seconds; 0 when all have theirs."""
        waiting = (self._in_hand_ms, self._inbox.oldest_ms)
        oldest = min((since for since in waiting if since is not None), default=None)
        return 0.0 if oldest is None else max(0, self._clock() - oldest) / 1000

    @property
    def since_turn_s(self) -> float:
        """How long ago its thread last came round, seconds. It stays away while a store is waited for."""
        return time.monotonic() - self._turned_at

    def start(self) -> None:
        """Begin, in a thread of its own; returns at once."""
        self._inbox.start()
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand if the stores let it, answer it, and stop. All else will be sent again."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._inbox.stop()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.turn()
            except Stopped:
                return
            except Exception as exc:  # noqa: BLE001 - whatever goes wrong, the next batch is served
                _log.error("a batch stays unanswered, by a mistake of ours: %s", where(exc))
                self._tally.given_up += 1
                self._stopping.wait(self._pace.rest_s)

    def turn(self) -> None:
        """Take one batch in, then say what is wanted, place some of what was kept and do a part of a job.

        For whoever brings a thread of their own.
        """
        self._turned_at = time.monotonic()
        pace = self._pace
        busy = self._wanting.busy or self._placing.busy or self._jobs.busy
        wait_s = 0.0 if busy else pace.idle_s
        messages = self._inbox.take(pace.most, age_s=pace.age_s, wait_s=wait_s)
        if messages:
            self._in_hand_ms = messages[0].received_ms
            try:
                self._ingest.take_in(messages)
            finally:
                self._in_hand_ms = None
        if time.monotonic() >= self._place_from:
            try:
                self._wanting.step()
                self._placing.step()
                self._jobs.step()
            except (Unavailable, Misconfigured):
                self._place_from = time.monotonic() + pace.longest_retry_s

    def _waiting_for(self, what: str | None) -> None:
        self._tally.waiting_for = what
