"""What did an agent last say, and what may be said of its room now?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from roomreach.answers import Answer, Run
from roomreach.coverage import covered
from roomreach.errors import Malformed
from roomreach.headline import Standing, age
from roomreach.identifiers import AgentId
from roomreach.measurement import Measurement
from roomreach.moments import moment
from roomreach.online import Judgement, Online, judge
from roomreach.wire import decode_stored_report
from roomreach_api.visible import SeenRoom
from roomreach_store.records.latest import Latest

UNREADABLE = Judgement(Online.UNKNOWN, "this version of roomreach cannot read the agent's latest report")
"""A collector newer than this process has stored it."""
_INTERVAL_UNREADABLE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An agent's latest report, and what it is worth now.

    ``room`` is where the agent stood when it was taken, None when nowhere. ``reported`` is what the report
    says, ``online`` what is known now: a report too old to be heard says nothing of the present.
    """

    agent: AgentId
    room: SeenRoom | None
    taken_at: datetime
    received_at: datetime
    interval: timedelta
    measurements: tuple[Measurement, ...]
    age: timedelta
    heard: bool
    reported: Judgement
    online: Judgement
    offline_since: datetime | None
    weak: bool
    weak_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A report's bytes, and what they say whenever they are read."""

    payload: bytes
    interval: timedelta
    measurements: tuple[Measurement, ...]
    judgement: Judgement
    covered: Answer


def spoken(latest: Latest) -> Spoken:
    """Read the bytes of a report."""
    measurements: tuple[Measurement, ...] = ()
    try:
        report = decode_stored_report(latest.payload)
    except Malformed:
        interval, judgement = _INTERVAL_UNREADABLE, UNREADABLE
    else:
        interval, measurements = timedelta(seconds=report.interval_s), report.measurements
        judgement = judge(measurements)
    return Spoken(
        payload=latest.payload,
        interval=interval,
        measurements=measurements,
        judgement=judgement,
        covered=covered(measurements),
    )


def said(latest: Latest, words: Spoken, room: SeenRoom | None, now: datetime) -> Said:
    """Say what an agent's latest report is worth now."""
    interval, reported = words.interval, words.judgement
    taken_at = moment(latest.taken_ms)
    ago = max(now - taken_at, timedelta())
    heard = Standing(taken_at=taken_at, interval=interval, online=reported.online).heard(now)
    return Said(
        agent=latest.agent,
        room=room,
        taken_at=taken_at,
        received_at=moment(latest.received_ms),
        interval=interval,
        measurements=words.measurements,
        age=ago,
        heard=heard,
        reported=reported,
        online=reported if heard else Judgement(Online.UNKNOWN, f"nothing heard for {age(ago)}"),
        offline_since=_since(latest.online) if reported.online is Answer.NO else None,
        weak=words.covered is Answer.NO,
        weak_since=_since(latest.covered) if words.covered is Answer.NO else None,
    )


def _since(run: Run) -> datetime | None:
    return None if run.no_since_ms is None else moment(run.no_since_ms)
