"""What does a site's page say? How it is now, its rooms and line last week, when it is bad, what failed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from roomreach.headline import Standing, counted, headline, heard_in_time
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.measurement import Outcome
from roomreach.online import Online
from roomreach.places import Line, Role
from roomreach_api.console.addresses import File, csv_file
from roomreach_api.console.cells import Cell, Floor, cell, floors
from roomreach_api.console.failed import Failed, failed
from roomreach_api.console.history import (
    Place,
    Trail,
    averages,
    between,
    checks,
    days_that_fit,
    failures,
    speeds,
)
from roomreach_api.console.lines import Line as Told
from roomreach_api.console.lines import line_of, silence_of, speaks_for, standing_of
from roomreach_api.console.speeds import Speed, Typical, typical
from roomreach_api.console.statistics.hours import HOUR_MS, Hour, Slot, week
from roomreach_api.console.summing_up import summing_up
from roomreach_api.console.words import since
from roomreach_api.reading import Reading
from roomreach_api.visible import SeenAgent, SeenRoom, SeenSite

WEEK = 7
MONTH = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A building's line: what it is sold as, and what its wired agents measured last week."""

    building: str | None
    line: Line | None
    measured: Typical | None
    agents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """The page. ``pattern`` holds hours of the week by day and hour, over ``pattern_days``."""

    site: SeenSite
    title: str
    headline: str
    heard: str
    as_of: datetime
    last_week: str
    floors: Sequence[Floor]
    lines: Sequence[Sold]
    pattern: Mapping[Slot, Hour]
    pattern_days: int
    failed: Failed
    files: Mapping[str, File]


def site_page(reading: Reading, site_id: SiteId) -> SitePage:
    """Read what the page says; raises ``NotFound``."""
    site = reading.places.site(site_id)
    rooms = reading.places.rooms(site_id)
    place = Place(days=WEEK, site=site_id)
    here: dict[RoomId, list[SeenAgent]] = defaultdict(list)
    for agent in reading.places.agents():
        if agent.room and agent.room.site.id == site_id:
            here[agent.room.id].append(agent)
    wired = frozenset(a.id for agents in here.values() for a in agents if a.role is Role.REFERENCE)
    tests = [one for one in speeds(reading, place) if one.target == "server"]
    lines = {
        room.id: [line_of(room, agent, reading) for agent in here[room.id]] or [line_of(room, None, reading)]
        for room in rooms
    }
    cells = _cells(reading, place, rooms, lines, [one for one in tests if one.agent not in wired])
    told = [standing for room in rooms if (standing := standing_of(lines[room.id]))]
    without_agent = 0 if site.trial else sum(room.lived_in and not here[room.id] for room in rooms)
    pattern_place = Place(days=days_that_fit(len(rooms), MONTH, WEEK), site=site_id)
    return SitePage(
        site=site,
        title=_title(counted(told), without_agent, reading.now),
        headline=headline(
            told,
            reading.now,
            since=lambda at: since(at, reading.now),
            silence=silence_of(reading, site_id),
            rooms_without_agent=without_agent,
        ),
        heard=heard_in_time(told, reading.now),
        as_of=reading.now,
        last_week=summing_up(cells),
        floors=floors(cells),
        lines=_lines(rooms, here, wired, tests),
        pattern=_pattern(reading, pattern_place, wired),
        pattern_days=pattern_place.days,
        failed=failed(reading, failures(reading, place), rooms),
        files=_files(reading, place, pattern_place),
    )


def _cells(
    reading: Reading,
    place: Place,
    rooms: Sequence[SeenRoom],
    lines: Mapping[RoomId, Sequence[Told]],
    tests: Iterable[Speed],
) -> list[Cell]:
    links: dict[RoomId, list[Trail]] = defaultdict(list)
    for trail in averages(reading, place, "link", ("signal_average_dbm", "signal_dbm"), HOUR_MS):
        links[trail.room].append(trail)
    tested: dict[RoomId, list[Speed]] = defaultdict(list)
    for test in tests:
        tested[test.room].append(test)
    between_ms = between(reading, place.days)
    found = []
    for room in rooms:
        told = speaks_for(lines[room.id])
        found.append(
            cell(
                room,
                online=told.online,
                why=told.why,
                wired=all(line.role is Role.REFERENCE for line in lines[room.id]),
                links=links[room.id],
                tests=tested[room.id],
                between=between_ms,
            )
        )
    return found


def _lines(
    rooms: Iterable[SeenRoom],
    here: Mapping[RoomId, Sequence[SeenAgent]],
    wired: frozenset[AgentId],
    tests: Sequence[Speed],
) -> list[Sold]:
    buildings: dict[str | None, list[SeenRoom]] = defaultdict(list)
    for room in rooms:
        buildings[room.building].append(room)
    found = []
    for building, inside in buildings.items():
        agents = {a.id for room in inside for a in here.get(room.id, ()) if a.id in wired}
        measured = typical(one for one in tests if one.agent in agents)
        found.append(Sold(building=building, line=inside[0].sold, measured=measured, agents=len(agents)))
    return found


def _pattern(reading: Reading, place: Place, wired: frozenset[AgentId]) -> Mapping[Slot, Hour]:
    def of_rooms(trails: Sequence[Trail]) -> list[tuple[int, float | None]]:
        # The way to our server is the one that is always asked; wired agents do not see what residents see.
        ours = [trail for trail in trails if trail.target == "hub"]
        of_rooms = [trail for trail in ours if trail.agent not in wired] or ours
        return [(at_ms, value) for trail in of_rooms for at_ms, (value,) in trail.rows]

    def counted(outcome: Outcome) -> list[tuple[int, int]]:
        trails = checks(reading, place, "latency", HOUR_MS, outcome)
        return [(at_ms, int(count or 0)) for at_ms, count in of_rooms(trails)]

    return week(
        of_rooms(averages(reading, place, "latency", ("median_ms",), HOUR_MS)),
        counted(Outcome.OK),
        counted(Outcome.FAILED),
    )


def _files(reading: Reading, place: Place, pattern: Place) -> Mapping[str, File]:
    hourly = {"every": "1h", "aggregate": "mean"}
    signal = ("signal_average_dbm", "signal_dbm")
    why = ("outcome", "reason")
    return {
        "signal": csv_file(reading, place, "Signal, hour by hour", "link", signal, **hourly),
        "speed": csv_file(reading, place, "Speed, test by test", "throughput"),
        "pattern": csv_file(
            reading, pattern, "Time to answer, hour by hour", "latency", ("median_ms",), **hourly
        ),
        **{
            f"failed_{kind}": csv_file(reading, place, holds, kind, why, outcome="failed")
            for kind, holds in _FAILED.items()
        },
    }


_FAILED = {
    "gateway": "Router, every failure",
    "latency": "Ways out, every failure",
    "names": "Looking up names, every failure",
    "link": "Wi-Fi, every failure",
}


def _title(told: Sequence[Standing], without_agent: int, now: datetime) -> str:
    if not any(one.taken_at for one in told):
        return "Nothing heard yet" if told else "Nothing measured yet"
    heard = [one for one in told if one.heard(now)]
    if not heard:
        return "Nothing heard now"
    online, rooms = sum(one.online is Online.YES for one in heard), len(told) + without_agent
    return f"{online} of {rooms} rooms online" if rooms > 1 else ("Online" if online else "Not online")
