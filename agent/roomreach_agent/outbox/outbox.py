"""Keeping reports whatever the disk does: full, read-only, or with a file that is damaged.

A report is committed before anybody sees it, its bytes are committed before they are published, and from then
on they never change. What is committed leaves by a receipt, or as the oldest when there is no more room.
"""

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from roomreach.errors import Misconfigured, Unavailable
from roomreach.identifiers import AgentId, OutboxId, mint
from roomreach.measurement import Measurement
from roomreach.receipt import Receipt
from roomreach.report import Key
from roomreach_agent.clock import Clock, Instant
from roomreach_agent.gate import Gate, Trust
from roomreach_agent.outbox.file import Damaged, Held, OutboxFile, set_aside
from roomreach_agent.outbox.ledger import Answered, Counts, Ledger, Outgoing, Taken
from roomreach_agent.outbox.room import Room
from roomreach_agent.settings import OutboxSettings

MOST_IN_MEMORY = 120
"""How many reports wait in memory while the disk takes none."""

log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Outbox:
    """One agent's reports. Any thread may call any method; none raises for a disk that fails.

    Raises ``Misconfigured`` when another process has the file.
    """

    def __init__(
        self, settings: OutboxSettings, *, agent: AgentId, interval_s: int, clock: Clock, gate: Gate
    ) -> None:
        self._path, self._room = settings.path, Room.of(settings)
        self._agent, self._interval_s = agent, interval_s
        self._clock, self._gate = clock, gate
        self._lock = threading.RLock()
        self._memory: deque[Taken] = deque()
        self._lost = 0
        self._trouble_since_ms: int | None = None
        self._ledger: Ledger | None = None
        self._closed = False
        try:
            self._do(lambda _: None)
        except Held as exc:
            raise Misconfigured(
                f"The outbox {self._path} belongs to another agent that is running:"
                " stop that one, or name another file in the settings."
            ) from exc
        except Unavailable as exc:
            self._say_trouble(exc)

    @property
    def id(self) -> OutboxId | None:
        """The outbox's name on the wire; None while the disk has not let it be made."""
        return self._ledger.id if self._ledger else None

    def close(self) -> None:
        """Close the file; what comes later is not kept."""
        with self._lock:
            self._closed = True
            self._leave()

    def put(self, measurements: tuple[Measurement, ...], taken: Instant) -> Outgoing | None:
        """Keep a report, and with it those the disk did not take before.

        Gives it as it will travel; None while it waits for the clock, or in memory for the disk.
        """
        with self._lock:
            self._memory.append(Taken(taken, measurements))
            if len(self._memory) > MOST_IN_MEMORY:
                self._memory.popleft()
                self._lost += 1
            outgoing = None
            try:
                while self._memory:
                    outgoing = self._do(self._keep_first)
            except Unavailable as exc:
                self._say_trouble(exc)
                return None
            self._say_over()
            return outgoing

    def trust(self) -> Trust:
        """Say what would become of a report taken now."""
        with self._lock:
            return self._try(lambda ledger: self._decide(ledger, self._clock.now()), Trust.WAIT)

    def issue(self) -> int:
        """Make the bytes of the reports that need wait no longer; give how many.

        1. Of an earlier boot: as they are, marked as not synchronised.
        2. Of this boot, once its clock can be trusted: with their times put right.
        3. Of this boot, when the wait is over: as they are, marked.
        """
        made = 0
        with self._lock:
            while page := self._try(self._issue_page, 0):
                made += page
        return made

    def oldest(self, limit: int) -> list[Key]:
        """Name the oldest reports whose bytes are made, oldest first."""
        with self._lock:
            return self._try(lambda ledger: ledger.oldest(limit), [])

    def payload(self, key: Key) -> bytes | None:
        """Read a report's bytes; None when it is here no longer."""
        with self._lock:
            return self._try(lambda ledger: ledger.payload(key), None)

    def accept(self, receipt: Receipt) -> Answered:
        """Forget what a receipt answers; what the disk will not forget is sent, and answered, again."""
        with self._lock:
            answered = self._try(lambda ledger: ledger.forget(receipt), Answered())
        for refusing in receipt.refused:
            if refusing.sequence in answered.refused:
                log.warning("report %d was refused: %s", refusing.sequence, refusing.reason.value)
        return answered

    def counts(self) -> Counts:
        """Count what became of this outbox's reports."""
        with self._lock:
            found = self._try(lambda ledger: ledger.counts(), Counts())
            return replace(found, dropped=found.dropped + self._lost, in_memory=len(self._memory))

    # What follows is called with the lock held.

    def _do(self, work: Callable[[Ledger], _T]) -> _T:
        """Work on the file; one found damaged is set aside, and the work done on a new one."""
        try:
            return work(self._opened())
        except Damaged as exc:
            log.warning("the outbox file is set aside, and a new one begun: %s", exc)
            self._leave()
            set_aside(self._path, self._clock.now().wall_ms)
        try:
            return work(self._opened())
        except Damaged as exc:
            raise Unavailable("a new file was damaged at once: the disk is failing") from exc

    def _try(self, work: Callable[[Ledger], _T], otherwise: _T) -> _T:
        try:
            return self._do(work)
        except Unavailable as exc:
            self._say_trouble(exc)
            return otherwise

    def _opened(self) -> Ledger:
        if self._closed:
            raise Unavailable("the outbox is closed")
        if self._ledger is None:
            file = OutboxFile(self._path, lambda: mint("o", os.urandom(16)))
            self._ledger = Ledger(file, agent=self._agent, interval_s=self._interval_s, room=self._room)
        return self._ledger

    def _leave(self) -> None:
        if self._ledger:
            self._ledger.close()
            self._ledger = None

    def _decide(self, ledger: Ledger, now: Instant) -> Trust:
        return self._gate.decide(
            now,
            kernel_synchronised=self._clock.kernel_synchronised(),
            waited_ms=ledger.waited_ms(now),
        )

    def _keep_first(self, ledger: Ledger) -> Outgoing | None:
        now = self._clock.now()
        kept = ledger.keep(self._memory[0], now=now, trust=self._decide(ledger, now), lost=self._lost)
        self._memory.popleft()
        self._lost = 0
        return kept

    def _issue_page(self, ledger: Ledger) -> int:
        now = self._clock.now()
        return ledger.issue_page(now, self._decide(ledger, now))

    def _say_trouble(self, exc: Unavailable) -> None:
        if self._trouble_since_ms is None and not self._closed:
            self._trouble_since_ms = self._clock.now().boot_ms
            log.error(
                "the outbox cannot be written, at most %d reports wait in memory: %s", MOST_IN_MEMORY, exc
            )

    def _say_over(self) -> None:
        if self._trouble_since_ms is not None:
            seconds = (self._clock.now().boot_ms - self._trouble_since_ms) / 1000
            self._trouble_since_ms = None
            log.warning("the outbox can be written again, after %.0f s", seconds)
