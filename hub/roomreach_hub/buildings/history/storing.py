"""Who stores the borough's past? A thread for each process that makes it, as a collector would."""

import logging
import threading
import time
from collections.abc import Sequence
from typing import IO

from roomreach import topics
from roomreach.errors import Refused, RoomreachError
from roomreach.identifiers import AgentId
from roomreach.places import Register
from roomreach.series import points
from roomreach.wire import digest
from roomreach_collector.codec import Codec
from roomreach_collector.ingest import heard
from roomreach_collector.post import Message
from roomreach_collector.sorting import Accepted
from roomreach_collector.storing import store
from roomreach_hub.buildings.history.frames import Frame, frames
from roomreach_store.records import Records, latest
from roomreach_store.series import SeriesStore

AT_ONCE = 1000
"""Reports in one batch."""
_BREATH_S = 0.005
"""Between batches, for whoever asks for a page."""

log = logging.getLogger(__name__)


class Storing:
    """Reads reports from a pipe, and stores them. ``days`` says how many days are whole by now.

    What an agent said last is recorded from the newest of its days alone.
    """

    def __init__(self, pipe: IO[bytes], register: Register, records: Records, series: SeriesStore) -> None:
        self._pipe = pipe
        self._register = register
        self._records = records
        self._series = series
        self._codec = Codec()
        self._known: set[AgentId] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self.days = 0
        self.reports = 0
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
        except ValueError:
            if not self._stopping.is_set():  # the pipe was not closed by us
                raise
        except RoomreachError as exc:
            self.fault = str(exc)
            log.error("the history stays incomplete: %s", exc)  # noqa: TRY400 - its sentence says all

    def _store(self, batch: Sequence[Frame]) -> set[AgentId]:
        accepted = [self._accepted(frame) for frame in batch]
        faults = store(self._series, [one.points for one in accepted])
        if faults:
            raise Refused(
                f"{len(faults)} reports cannot be stored, one because {next(iter(faults.values()))}"
            )
        newest = [heard(one) for one in accepted if one.key.agent not in self._known]
        if newest:
            with self._records.transaction() as c:
                latest.merge(c, newest)
        self.reports += len(batch)
        return {one.key.agent for one in accepted}

    def _accepted(self, frame: Frame) -> Accepted:
        decoded = self._codec.decode(frame.payload)
        report, told = decoded.report, digest(frame.payload)
        whereabouts = self._register.room_of(report.key.agent, report.taken_ms)
        if whereabouts is None:
            raise Refused("an agent of the history stands nowhere")
        made = points(report, whereabouts, told, decoded.set_aside)
        message = Message(topics.report(report.key), frame.payload, frame.taken_ms)
        return Accepted(message, report.key, told, report, decoded.set_aside, made)
