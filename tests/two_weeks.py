"""Two weeks of a hostel: what was measured, quarter of an hour by quarter of an hour, throughput included.

Room 9 is well, room 10 weak, room 11 has no agent, room 12 fell silent four days ago; answers are slow in
the evening. In room 1, the office, an agent is wired to the router. The line was down last Wednesday from
10:15am to 1:45pm.
"""

from collections.abc import Iterator
from datetime import timedelta

from examples import WHEREABOUTS, a_report
from roomreach.identifiers import AgentId, OutboxId, RoomId, SiteId
from roomreach.measurement import Gateway, Latency, Link, Measurement, Names, NotMeasured, Reason, Throughput
from roomreach.moments import milliseconds, moment
from roomreach.places import Role, Whereabouts
from roomreach.series import Point, points
from worlds import World

SITE = SiteId("s-bcdfghjkmn")
NINE, TEN, ELEVEN, TWELVE, OFFICE = (RoomId(f"r-twoweeks{number}") for number in "23456")
CADENCE = timedelta(minutes=15)
DAYS = 14
STEPS = DAYS * 96
DOWN = (timedelta(days=4, hours=4, minutes=5), timedelta(days=4, minutes=20))
"""How long before the world's now the line went down, and came back."""


def two_weeks(world: World) -> None:
    """Record the hostel, write its series, and let each agent that still speaks say its latest."""
    block = world.site(SITE, "Stratford Lodge", sold=(80.0, 20.0))
    rooms = {NINE: ("9", 1), TEN: ("10", 1), ELEVEN: ("11", 2), TWELVE: ("12", 2), OFFICE: ("1", 0)}
    for room, (label, floor) in rooms.items():
        world.room(block, room, label, floor)
    made: list[Point] = []
    for room in (NINE, TEN, TWELVE, OFFICE):
        role = Role.REFERENCE if room == OFFICE else Role.ROOM
        agent = world.agent(f"a-{room[2:]}", room, role, world.now - timedelta(days=DAYS + 1))
        where = WHEREABOUTS._replace(site=SITE, room=room, agent=agent, role=role)
        made += points_of(world, where)
    world.series.write(made)
    for room in (NINE, TEN, TWELVE, OFFICE):
        ago = timedelta(days=4) if room == TWELVE else timedelta(minutes=3)
        world.hears(f"a-{room[2:]}", ago, tuple(measured(room, STEPS - 1, at_ms(world, 0))), interval_s=900)


def at_ms(world: World, step: int) -> int:
    return milliseconds(world.now - timedelta(minutes=5) - step * CADENCE)


def points_of(world: World, where: Whereabouts) -> Iterator[Point]:
    for step in range(STEPS):
        taken_ms = at_ms(world, step)
        if where.room == TWELVE and step < 4 * 96:
            continue
        report = a_report(
            agent=AgentId(where.agent),
            outbox=OutboxId(f"o-{where.room[2:]}"),
            sequence=STEPS - step,
            taken_ms=taken_ms,
            interval_s=900,
            measurements=tuple(measured(where.room, step, taken_ms, world)),
        )
        yield from points(report, where, "0123456789abcdef")


def measured(room: RoomId, step: int, taken_ms: int, world: World | None = None) -> Iterator[Measurement]:
    """What one report of a room holds; without a world the line is not down."""
    hour = moment(taken_ms).hour
    evening = 17 <= hour < 23
    wobble = (step * 7919 % 13) - 6
    down = world is not None and DOWN[1] <= world.now - moment(taken_ms) < DOWN[0]
    if room == OFFICE:
        yield NotMeasured(of="link", reason=Reason.NO_RADIO)
    else:
        yield Link(signal_average_dbm={NINE: -56, TEN: -78, TWELVE: -64}[room] + wobble // 3)
    yield Gateway(sent=5, received=5, min_ms=1.0, median_ms=2.4, p95_ms=4.0)
    if down:
        yield Latency(target="hub", sent=5, reason=Reason.NO_ANSWER)
        yield Names(target="site", reason=Reason.NO_ANSWER)
        return
    slow = 90.0 if evening else 0.0
    yield Latency(
        target="hub",
        sent=5,
        received=5,
        min_ms=9.0,
        median_ms=18 + slow + wobble,
        p95_ms=40 + 2 * slow + wobble,
    )
    yield Names(target="site", answer_ms=14.0, rcode=0)
    if step % 24 == 7:
        yield from tested(room, step, evening=evening)


def tested(room: RoomId, step: int, *, evening: bool) -> Iterator[Measurement]:
    if step % 168 == 7:
        yield Throughput(target="server", engine="own", reason=Reason.NO_ANSWER)
        return
    share = 0.4 if evening else 1.0
    mbps = {NINE: 62.0, TEN: 9.0, TWELVE: 35.0, OFFICE: 76.0}[room] * share
    settled = step % 72 != 31
    yield Throughput(
        target="server",
        engine="own",
        download_mbps=mbps,
        download_low_mbps=None if settled else mbps * 0.7,
        download_high_mbps=None if settled else mbps * 1.5,
        download_stopped_by="converged" if settled else "bytes",
        upload_mbps=mbps / 4,
        upload_stopped_by="converged",
        confident=settled,
        idle_ms=18.0,
        download_loaded_ms=95.0,
        upload_loaded_ms=140.0,
    )
    if room != OFFICE:
        yield Throughput(target="reference", engine="iperf3", download_mbps=mbps * 2, upload_mbps=mbps)
