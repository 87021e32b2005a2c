"""How do a database's rows become tracks?"""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from roomreach.identifiers import AgentId, RoomId
from roomreach.series import Value
from roomreach_store.series import Track

Row = tuple[str, str | None, str, int, tuple[Value | None, ...]]
"""Agent, target, room, time in ms, values: the order of an answer."""


def in_tracks(rows: Iterable[Row]) -> list[Track]:
    """Gather rows, already in the order of an answer, into one track for each agent, target and room."""
    return [
        Track(AgentId(agent), RoomId(room), target, tuple(row[3:] for row in of_one))
        for (agent, target, room), of_one in groupby(rows, itemgetter(0, 1, 2))
    ]
