"""Points for tests, with only what a test is about said in full."""

from roomreach.identifiers import AgentId, ProviderId, RoomId, SiteId
from roomreach.places import Role, Whereabouts
from roomreach.series import SERIES, Point, Value

TEN = 1_790_000_000_000 // 600_000 * 600_000
"""A moment at which ten minutes begin, UTC ms."""
MINUTE = 60_000


def where(agent: str = "a-tester22", room: str = "r-tester22") -> Whereabouts:
    """Somewhere in Hackney."""
    return Whereabouts(
        "E09000012", ProviderId("p-tester22"), SiteId("s-tester22"), RoomId(room), AgentId(agent), Role.ROOM
    )


def point(
    series: str,
    taken_ms: int = TEN,
    whereabouts: Whereabouts | None = None,
    target: str | None = None,
    **values: Value | None,
) -> Point:
    """One point; a column that is not named is not known."""
    columns = [column.name for column in SERIES[series].columns]
    assert set(values) <= set(columns)
    row = {"outcome": "ok", **values} if "outcome" in columns else values
    return Point(series, whereabouts or where(), target, taken_ms, tuple(map(row.get, columns)))
