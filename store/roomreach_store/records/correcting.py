"""An agent stood elsewhere than the records say: how is its history put right, and what follows from that?"""

from sqlalchemy import Connection, delete, insert, select

from roomreach.errors import Conflict, NotFound
from roomreach.moments import milliseconds, moment
from roomreach.places import Installation
from roomreach_store.records import jobs, places
from roomreach_store.records.schema import AGENTS, INSTALLATIONS, ROOMS

FOREVER_MS = 2**53
"""An end later than any report's time."""


def correct(c: Connection, installation: Installation, asked_ms: int) -> int:
    """Record where an agent stood, whatever was recorded for that time; give the job that follows from it.

    What was recorded before and after stays. The same correction twice leaves the same history. Raises
    ``NotFound`` for an unknown agent or room, and ``Conflict`` when the installation ends before it begins,
    or has no end although a later one is on record: nobody could tell if that one is wrong too.
    """
    _require_known(c, installation)
    since = milliseconds(installation.since)
    until = FOREVER_MS if installation.until is None else milliseconds(installation.until)
    if until <= since:
        raise Conflict(f"The stay of {installation.agent} would end before it begins.")
    mine = INSTALLATIONS.c.agent == installation.agent
    recorded = (
        c.execute(select(INSTALLATIONS).where(mine).order_by(INSTALLATIONS.c.since_ms)).mappings().all()
    )
    later = next((row for row in recorded if row["since_ms"] > since), None)
    if installation.until is None and later is not None:
        raise Conflict(
            f"{installation.agent} stands in {later['room']} since {_said(later['since_ms'])}: say until "
            f"when it stood in {installation.room}; until {_said(later['since_ms'])}, if that date is right."
        )
    pieces = [
        {
            "agent": installation.agent,
            "room": installation.room,
            "role": installation.role,
            "since_ms": since,
            "until_ms": None if installation.until is None else until,
        }
    ]
    for row in recorded:
        end = FOREVER_MS if row["until_ms"] is None else row["until_ms"]
        if row["since_ms"] < min(since, end):
            pieces.append({**row, "until_ms": row["until_ms"] if end <= since else since})
        if end > until:
            pieces.append({**row, "since_ms": max(row["since_ms"], until)})
    c.execute(delete(INSTALLATIONS).where(mine))
    c.execute(insert(INSTALLATIONS), pieces)
    places.changed(c)
    return jobs.replace(c, installation.agent, since, until, asked_ms)


def _require_known(c: Connection, installation: Installation) -> None:
    for table, id_ in ((AGENTS, installation.agent), (ROOMS, installation.room)):
        if c.execute(select(table.c.id).where(table.c.id == id_)).first() is None:
            raise NotFound(f"{id_} is not recorded.")


def _said(ms: int) -> str:
    return f"{moment(ms):%Y-%m-%dT%H:%MZ}"
