"""What tests of the collector are made of: places on record, reports, messages, and an unreliable store."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from roomreach import topics
from roomreach.identifiers import AgentId, BuildingId, OutboxId, ProviderId, RoomId, SiteId
from roomreach.measurement import (
    Gateway,
    Health,
    Latency,
    Link,
    Measurement,
    Method,
    Names,
    NotMeasured,
    Reason,
)
from roomreach.moments import milliseconds
from roomreach.places import Agent, Building, Category, Installation, Provider, Role, Room, Site
from roomreach.receipt import Receipt
from roomreach.report import Key, Report
from roomreach.series import Point
from roomreach.wire import encode_report
from roomreach_collector.collector import Collector, Pace
from roomreach_collector.memory import MemoryInbox
from roomreach_collector.post import Message
from roomreach_store.records import Records, places
from roomreach_store.series import PointsRefused, Question, SeriesStore
from roomreach_store.series.memory import MemorySeries

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW_MS = milliseconds(NOW)
AGENT, OUTBOX = AgentId("a-tests222"), OutboxId("o-tests222")
SITE, ROOM = SiteId("s-tests222"), RoomId("r-tests222")

Told = tuple[str | None, str | None]
"""An answer: the digest and the reason of a refusal, or None twice for stored."""


def place(records: Records) -> None:
    """Record one room, with nothing installed in it."""
    with records.transaction() as c:
        places.add_provider(c, Provider(id=ProviderId("p-tests222"), name="Provider"))
        places.add_site(
            c,
            Site(
                id=SITE,
                provider=ProviderId("p-tests222"),
                host="E09000003",
                name="Site",
                category=Category.HOSTEL,
            ),
        )
        places.add_building(c, Building(id=BuildingId("b-tests222"), site=SITE, name="Block"))
        places.add_room(c, Room(id=ROOM, building=BuildingId("b-tests222"), label="1"))


def install(
    records: Records, agent: AgentId = AGENT, since: datetime = datetime(2026, 1, 1, tzinfo=UTC)
) -> None:
    """Record that an agent stands in the room."""
    with records.transaction() as c:
        places.add_agent(c, Agent(id=agent))
        places.install(c, Installation(agent=agent, room=ROOM, role=Role.ROOM, since=since))


def _trips(kind: type[Gateway] | type[Latency], **more: str) -> Measurement:
    return kind(
        method=Method.ICMP,
        sent=10,
        received=10,
        min_ms=1.234,
        median_ms=2.345,
        p95_ms=9.871,
        spread_ms=8.637,
        **more,  # type: ignore[arg-type]
    )


TYPICAL: tuple[Measurement, ...] = (
    Link(
        signal_dbm=-61,
        signal_average_dbm=-60,
        beacon_signal_dbm=-62,
        frequency_mhz=5180.0,
        rx_rate_mbps=433.3,
        tx_rate_mbps=390.0,
        tx_packets=123456,
        tx_retries=1234,
        tx_failed=12,
        beacon_loss=0,
        connected_s=86_400,
    ),
    _trips(Gateway),
    *(_trips(Latency, target=target) for target in ("hub", "anchor_1", "anchor_2", "anchor_3")),
    Names(target="site", answer_ms=12.5, rcode=0),
    Names(target="other", answer_ms=22.5, rcode=0),
    Health(
        cpu_percent=12.5,
        temperature_c=51.2,
        disk_free_mb=12345.6,
        disk_used_percent=43.2,
        clock_synchronised=True,
        own_cpu_percent=0.4,
        own_memory_mb=38.2,
        uptime_s=123_456,
    ),
    NotMeasured(of="portal", reason=Reason.NOT_CONFIGURED, detail="no portal is named in the settings"),
)
"""Every kind there is: a report of 1.6 KB."""

_REPORT = Report(
    agent=AGENT,
    outbox=OUTBOX,
    sequence=1,
    boot="0f8fad5b-d9cb-469f-a165-70867728950e",
    boot_ms=123_456_789,
    taken_ms=NOW_MS,
    synchronised=True,
    highest=2**53,
    dropped=0,
    interval_s=60,
    measurements=(Gateway(method=Method.ICMP, sent=3, received=3),),
)


def a_report(sequence: int = 1, **changed: object) -> Report:
    """A report; each sequence has a moment of its own, a second after the one before it."""
    taken_ms = NOW_MS - 10**8 + 1000 * sequence
    return replace(_REPORT, **{"sequence": sequence, "taken_ms": taken_ms, **changed})  # type: ignore[arg-type]


def a_message(report: Report | bytes, key: Key | None = None, received_ms: int = NOW_MS) -> Message:
    """A report as the broker brings it; ``key`` when the topic is to name another one than the report."""
    if isinstance(report, Report):
        key = key or report.key
        report = encode_report(report)
    return Message(topics.report(key or Key(AGENT, OUTBOX, 1)), report, received_ms)


def answers_in(receipts: Iterable[tuple[AgentId, Receipt]]) -> dict[Key, list[Told]]:
    """Every answer that each key was given, in order."""
    answers: dict[Key, list[Told]] = defaultdict(list)
    for agent, receipt in receipts:
        if receipt.outbox is None:
            continue
        for first, last in receipt.stored:
            for sequence in range(first, last + 1):
                answers[Key(agent, receipt.outbox, sequence)].append((None, None))
        for refusing in receipt.refused:
            key = Key(agent, receipt.outbox, refusing.sequence)
            answers[key].append((refusing.digest, refusing.reason))
    return answers


def reports_in(series: SeriesStore) -> dict[Key, str]:
    """The digest of every report in the series."""
    question = Question(series="report", columns=("outbox", "sequence", "digest"), start_ms=0, end_ms=2**52)
    return {
        Key(track.agent, OutboxId(str(outbox)), int(sequence or 0)): str(digest)
        for track in series.read(question)
        for _, (outbox, sequence, digest) in track.rows
    }


class UnreliableSeries(MemorySeries):
    """A series store that fails as it is told: wholly, for a while, or for some points."""

    def __init__(self) -> None:
        super().__init__()
        self.failing: Exception | None = None
        self.failures_left = 0
        self.refuses: Callable[[Point], str | None] = lambda _: None
        self.breaks: Callable[[Point], bool] = lambda _: False
        self.written = 0

    def write(self, points: Sequence[Point]) -> None:
        if self.failures_left:
            self.failures_left -= 1
            assert self.failing
            raise self.failing
        if any(self.breaks(point) for point in points):
            raise ValueError("planted")
        faults = {index: reason for index, point in enumerate(points) if (reason := self.refuses(point))}
        super().write([point for index, point in enumerate(points) if index not in faults])
        self.written += len(points) - len(faults)
        if faults:
            raise PointsRefused(faults)


PACE = Pace(age_s=0.0, idle_s=0.0, rest_s=0.01, first_retry_s=0.001, longest_retry_s=0.01, register_s=0.0)


@dataclass(frozen=True)
class Bench:
    inbox: MemoryInbox
    records: Records
    series: UnreliableSeries
    collector: Collector

    def take_in(self, *messages: Message) -> None:
        for message in messages:
            self.inbox.deliver(message)
        self.collector.turn()

    @property
    def told(self) -> dict[Key, list[Told]]:
        return answers_in(self.inbox.receipts)

    @property
    def stored(self) -> dict[Key, str]:
        return reports_in(self.series)


def make_bench(records: Records, pace: Pace = PACE) -> Bench:
    inbox, series = MemoryInbox(), UnreliableSeries()
    inbox.start()
    return Bench(inbox, records, series, Collector(inbox, records, series, clock=lambda: NOW_MS, pace=pace))
