"""What is not well now: since when, in how many homes, and why? Worst first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from roomreach.identifiers import AgentId, RoomId
from roomreach.online import Online
from roomreach_api.console.facts import decibels
from roomreach_api.console.lines import Line
from roomreach_api.console.troubles import Trouble
from roomreach_api.visible import SeenRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwell:
    """One trouble of one room. ``homes`` is None where it may not be said; ``since`` where it is not known.

    ``agent`` is the one that is silent or cannot tell, and None in a trouble of the room itself.
    """

    trouble: Trouble
    room: SeenRoom
    agent: AgentId | None
    since: datetime | None
    homes: int | None
    why: str


def unwell(lines: Iterable[Line]) -> Sequence[Unwell]:
    """Say what is not well in the rooms of these lines."""
    by_room: dict[RoomId, list[Line]] = {}
    for line in lines:
        if line.agent:
            by_room.setdefault(line.room.id, []).append(line)
    found = [trouble for here in by_room.values() for trouble in _of_room(here)]
    order = list(Trouble)
    return sorted(found, key=lambda one: order.index(one.trouble))


def _of_room(here: Sequence[Line]) -> Iterable[Unwell]:
    heard = [line for line in here if line.heard]
    offline = next((line for line in heard if line.online is Online.NO), None)
    weak = next((line for line in heard if line.weak_dbm is not None), None)
    if offline:
        yield _unwell(Trouble.OFFLINE, offline, since=offline.offline_since, why=offline.why)
    elif weak:
        yield _unwell(Trouble.WEAK, weak, since=weak.weak_since, why=f"signal {decibels(weak.weak_dbm or 0)}")
    for line in here:
        if not line.heard:
            yield _unwell(Trouble.SILENT, line, since=line.taken_at, why=line.why, agent=line.agent)
        elif line.online is Online.UNKNOWN:
            yield _unwell(Trouble.BLIND, line, since=None, why=line.why, agent=line.agent)


def _unwell(
    trouble: Trouble, line: Line, *, since: datetime | None, why: str, agent: AgentId | None = None
) -> Unwell:
    homes = 0 if line.room.site.trial else line.room.homes
    return Unwell(trouble=trouble, room=line.room, agent=agent, since=since, homes=homes, why=why)
