"""The jobs that others write into the records, and the collector alone does: step by step, between batches.

A step is done whole or again: whatever kills the collector, the next one goes on where this one was.
"""

import logging
from collections.abc import Callable

from roomreach.errors import Misconfigured, Refused, Unavailable
from roomreach_collector.faults import INTERNAL_ERROR, where
from roomreach_collector.register import CurrentRegister
from roomreach_collector.replaying import Replaying
from roomreach_collector.restanding import Restanding
from roomreach_store.records import Records, jobs
from roomreach_store.records.jobs import Job, Kind, Outcome

_LOOK_AT = 20

_log = logging.getLogger(__name__)


class Jobs:
    """Works on the jobs, the oldest first, one bounded step at a time."""

    def __init__(
        self,
        *,
        records: Records,
        register: CurrentRegister,
        restanding: Restanding,
        replaying: Replaying,
        clock: Callable[[], int],
        settle_s: float,
    ) -> None:
        self._records = records
        self._register = register
        self._restanding = restanding
        self._replaying = replaying
        self._clock = clock
        self._settle_s = settle_s
        self.busy = False
        """Whether there is more to do at once."""

    def step(self) -> None:
        """Do a part of the oldest job that may begin. Raises ``Unavailable``: then do it again."""
        self.busy = False
        register = self._register.current()
        with self._records.reading() as c:
            waiting = jobs.waiting(c, _LOOK_AT)
        job = next((job for job in waiting if self._may_begin(job)), None)
        if job is None:
            return
        try:
            match job.kind:
                case Kind.REPLACE:
                    self._restanding.step(job, register)
                case Kind.REPLAY:
                    self._replaying.step(job, register)
        except Refused as exc:
            self._refuse(job, str(exc))
        except (Unavailable, Misconfigured):
            raise
        except Exception as exc:  # noqa: BLE001 - the jobs after this one are done, whatever is wrong with it
            _log.error("a job could not be done, by a mistake of ours: %s", where(exc))
            self._refuse(job, INTERNAL_ERROR)
        self.busy = True

    def _refuse(self, job: Job, why: str) -> None:
        with self._records.transaction() as c:
            jobs.end(c, job.id, self._clock(), Outcome.REFUSED, why)

    def _may_begin(self, job: Job) -> bool:
        if job.kind is Kind.REPLAY:
            return True
        # Until our own register is as new as the job, the next batch would still be placed by the old one.
        known = self._register.version is not None and self._register.version >= job.register
        return known and self._clock() - job.asked_ms >= self._settle_s * 1000
