"""How do points that are stored already come to stand where the register says that their agent stood?"""

from collections.abc import Callable, Sequence

from roomreach.identifiers import AgentId
from roomreach.moments import milliseconds
from roomreach.places import Installation, Register
from roomreach.report import EARLIEST_MS
from roomreach.series import REPORT
from roomreach_collector.sorting import FUTURE_MS
from roomreach_store.records import Records, jobs
from roomreach_store.records.jobs import Job, Outcome
from roomreach_store.series import Aggregate, Question, SeriesStore, Window

HOUR_MS = 3_600_000
_HORIZON_MS = 1_000 * 24 * HOUR_MS
"""How far ahead to look for hours with reports at once: fewer than any answer may hold."""


class Restanding:
    """Goes through an agent's past, hour by hour in which it reported."""

    def __init__(self, *, records: Records, series: SeriesStore, clock: Callable[[], int]) -> None:
        self._records = records
        self._series = series
        self._clock = clock
        self._hours: tuple[int, list[int]] = (0, [])
        """The job that was looked at last, and the hours that are left of it."""

    def step(self, job: Job, register: Register) -> None:
        """Do the next hour of a job, and end it after the last one."""
        if job.agent is None or job.start_ms is None or job.end_ms is None:
            self._end(job)
            return
        start_ms, end_ms = max(job.start_ms, EARLIEST_MS), min(job.end_ms, self._clock() + FUTURE_MS)
        until_ms = min(end_ms, start_ms + _HORIZON_MS)
        number, hours = self._hours
        if number != job.id:
            hours = self._reported(job.agent, start_ms, until_ms)
        if hours:
            hour = hours[0]
            until_ms = min(end_ms, hour + HOUR_MS)
            self._put(register.installations.get(job.agent, ()), register, max(start_ms, hour), until_ms)
            hours = hours[1:]
        self._hours = (job.id, hours) if hours else (0, [])
        if until_ms >= end_ms:
            self._end(job)
        else:
            with self._records.transaction() as c:
                jobs.reached(c, job.id, until_ms)

    def _put(
        self, installations: Sequence[Installation], register: Register, start_ms: int, end_ms: int
    ) -> None:
        for installation in installations:
            since = max(start_ms, milliseconds(installation.since))
            until = end_ms if installation.until is None else min(end_ms, milliseconds(installation.until))
            whereabouts = register.room_of(installation.agent, since) if since < until else None
            if whereabouts is not None:
                self._series.replace(whereabouts, since, until)

    def _reported(self, agent: AgentId, start_ms: int, end_ms: int) -> list[int]:
        if start_ms >= end_ms:
            return []
        # A point of this series stands for every report: where there is none, there is nothing.
        tracks = self._series.read(
            Question(
                series=REPORT.name,
                columns=("sequence",),
                start_ms=start_ms,
                end_ms=end_ms,
                agent=agent,
                window=Window(every_ms=HOUR_MS, aggregate=Aggregate.COUNT),
            )
        )
        return sorted({hour for track in tracks for hour, _ in track.rows})

    def _end(self, job: Job) -> None:
        with self._records.transaction() as c:
            jobs.end(c, job.id, self._clock(), Outcome.DONE)
