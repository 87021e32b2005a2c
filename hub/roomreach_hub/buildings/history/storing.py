"""Who stores the borough's past? A thread for each process that makes it, as a collector would."""

import logging
import threading
import time
from collections.abc import Sequence
from typing import IO

from roomreach.errors import Refused, RoomreachError
from roomreach.identifiers import AgentId
from roomreach.places import Register
from roomreach_collector.answers import Answers
from roomreach_collector.codec import Codec
from roomreach_collector.ingest import heard
from roomreach_collector.patience import Patience, Stopped
from roomreach_collector.post import Message
from roomreach_collector.sorting import Accepted, Sorter
from roomreach_collector.storing import store
from roomreach_hub.buildings.history.frames import Frame, frames
from roomreach_store.records import Records, latest
from roomreach_store.records.latest import Heard
from roomreach_store.series import SeriesStore

AT_ONCE = 1000
"""Reports in one batch."""
_BREATH_S = 0.005
"""Between batches, for whoever asks for a page."""

log = logging.getLogger(__name__)


class Storing:
    """Reads reports from a pipe, and stores them. ``days`` says how many days are whole by now.

    What an agent said last is recorded from the newest of its days alone. ``waiting_for`` names a store
    that is unavailable: it is waited for, as a collector does. ``fault`` says why there will be no more.
    """

    def __init__(self, pipe: IO[bytes], register: Register, records: Records, series: SeriesStore) -> None:
        self._pipe = pipe
        self._register = register
        self._records = records
        self._series = series
        self._answers = Answers()
        self._sorter = Sorter(Codec(), self._answers)
        self._known: set[AgentId] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._patience = Patience(self._stopping, waiting_for=self._wait_for)
        self.days = 0
        self.reports = 0
        self.waiting_for: str | None = None
        self.fault: str | None = None

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def alive(self) -> bool:
        """Whether it still stores."""
        return self._thread.is_alive()

    def ask_to_stop(self) -> None:
        """Let it end after the batch in hand."""
        self._stopping.set()

    def join(self) -> None:
        """Wait until it has ended; the pipe's other end must be closed by now."""
        if self._thread.ident is not None:
            self._thread.join(5)

    def _run(self) -> None:
        batch: list[Frame] = []
        of_day: set[AgentId] = set()
        try:
            for frame in frames(self._pipe):
                if self._stopping.is_set():
                    return
                if frame.payload:
                    batch.append(frame)
                if len(batch) == AT_ONCE or not frame.payload:
                    of_day |= self._store(batch)
                    batch = []
                    time.sleep(_BREATH_S)
                if not frame.payload:
                    self._known |= of_day
                    self.days += 1
        except Stopped:
            return
        except ValueError:
            if not self._stopping.is_set():  # the pipe was not closed by us
                raise
        except RoomreachError as exc:
            self.fault = str(exc)
            log.error("the history stays incomplete: %s", exc)  # noqa: TRY400 - its sentence says all

    def _store(self, batch: Sequence[Frame]) -> set[AgentId]:
        accepted = self._accepted(batch)
        wait = self._patience.until_done
        faults = wait("the series store", lambda: store(self._series, [one.points for one in accepted]))
        if faults:
            raise Refused(
                f"{len(faults)} reports cannot be stored, one because {next(iter(faults.values()))}"
            )
        newest = [heard(one) for one in accepted if one.key.agent not in self._known]
        if newest:
            wait("the records", lambda: self._record(newest))
        for one in accepted:
            self._answers.stored(one.key)
        self.reports += len(batch)
        return {one.key.agent for one in accepted}

    def _record(self, newest: Sequence[Heard]) -> None:
        with self._records.transaction() as c:
            latest.merge(c, newest)

    def _accepted(self, batch: Sequence[Frame]) -> Sequence[Accepted]:
        """Judge reports as a collector does; raise ``Refused`` where it would not store one of them."""
        messages = [Message(frame.topic, frame.payload, frame.taken_ms) for frame in batch]
        judged = self._sorter.sort(messages, self._register)
        unfit = [one.refusing.detail for one in judged.rejected] + [one.detail for one in judged.astray]
        if unfit:
            raise Refused(f"{len(unfit)} reports of the history are refused, one because {unfit[0]}")
        if any(one.why for one in judged.accepted):
            raise Refused("an agent of the history stands nowhere")
        return judged.accepted

    def _wait_for(self, what: str | None) -> None:
        self.waiting_for = what
