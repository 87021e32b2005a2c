"""A small world to show: real records on disk, real series, a clock the test sets, and the application."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry, Counter

from examples import MEASUREMENTS, a_report
from roomreach.coverage import covered
from roomreach.identifiers import AgentId, BuildingId, OutboxId, ProviderId, RoomId, SiteId
from roomreach.measurement import Gateway, Latency, Measurement, Names, Reason
from roomreach.moments import milliseconds
from roomreach.online import judge
from roomreach.places import (
    Agent,
    Building,
    Category,
    Installation,
    Line,
    Provider,
    Role,
    Room,
    Safeguarding,
    Site,
)
from roomreach.report import Report
from roomreach.series import points
from roomreach.wire import digest, encode_report
from roomreach_api.app import create_app
from roomreach_store.records import Records, kept, latest, places, quarantine
from roomreach_store.records.kept import Kept, Why
from roomreach_store.records.latest import Heard
from roomreach_store.records.quarantine import Quarantined
from roomreach_store.series import SeriesStore

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
INSTALLED = NOW - timedelta(days=21)

OFFLINE: tuple[Measurement, ...] = (
    Gateway(sent=5, received=5, median_ms=2.4),
    Latency(target="hub", sent=5, reason=Reason.NO_ANSWER),
    Names(target="site", reason=Reason.NO_ANSWER),
)


@dataclass
class World:
    """What a test has recorded so far, and the application that shows it."""

    records: Records
    series: SeriesStore
    now: datetime = NOW
    streams: bool = False
    notice: str | None = None
    sequence: int = 0
    app: FastAPI = field(init=False)
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        registry = CollectorRegistry()
        Counter("roomreach_reports_stored", "Reports stored.", registry=registry).inc(7)
        self.app = create_app(
            self.records, self.series, now=lambda: self.now, metrics=registry, notice=lambda: self.notice
        )
        if not self.streams:  # else one that never ends by itself would hold the test's client for ever
            self.app.state.live.close()
        # Raising would hide what a real caller of a broken server hears.
        self.client = TestClient(self.app, base_url="http://127.0.0.1:8800", raise_server_exceptions=False)

    def close(self) -> None:
        self.client.close()
        self.records.close()
        self.series.close()

    def get(self, path: str, status: int = 200, **parameters):
        """What the API answers, as JSON."""
        response = self.client.get(path, params=parameters)
        assert response.status_code == status, response.text
        return response.json()

    def page(self, status: int = 200) -> str:
        """What the home page says, as HTML."""
        response = self.client.get("/")
        assert response.status_code == status, response.text
        return response.text

    def site(
        self,
        code: str,
        name: str,
        *,
        provider: str = "p-bcdfghjkmn",
        provider_name: str = "Harbour Homes",
        safeguarding: Safeguarding | None = Safeguarding.NONE,
        trial: bool = False,
        building: str = "Main house",
        sold: tuple[float, float] | None = None,
    ) -> BuildingId:
        """Record a site with one building."""
        block = BuildingId(f"b-{code[2:]}")
        with self.records.transaction() as c:
            if provider not in places.register(c).providers:
                places.add_provider(c, Provider(id=ProviderId(provider), name=provider_name))
            places.add_site(
                c,
                Site(
                    id=SiteId(code),
                    provider=ProviderId(provider),
                    host="E09000012",
                    name=name,
                    category=Category.HOSTEL,
                    safeguarding=safeguarding,
                    trial=trial,
                ),
            )
            line = Line(download_mbps=sold[0], upload_mbps=sold[1]) if sold else Line()
            places.add_building(c, Building(id=block, site=SiteId(code), name=building, line=line))
        return block

    def room(self, building: BuildingId, code: str, label: str, floor: int | None = 1) -> RoomId:
        """Record a room."""
        with self.records.transaction() as c:
            places.add_room(c, Room(id=RoomId(code), building=building, label=label, floor=floor))
        return RoomId(code)

    def agent(
        self, code: str, room: RoomId | None = None, role: Role = Role.ROOM, since: datetime = INSTALLED
    ) -> AgentId:
        """Record an agent, and where it stands if anywhere."""
        with self.records.transaction() as c:
            if code not in places.register(c).agents:
                places.add_agent(c, Agent(id=AgentId(code)))
            if room:
                places.install(c, Installation(agent=AgentId(code), room=room, role=role, since=since))
        return AgentId(code)

    def hears(
        self,
        agent: str,
        ago: timedelta = timedelta(seconds=12),
        measurements: tuple[Measurement, ...] = MEASUREMENTS,
        payload: bytes | None = None,
        interval_s: int = 60,
    ) -> Report:
        """Do what a collector does with a good report of this agent."""
        self.sequence += 1
        report = a_report(
            agent=AgentId(agent),
            outbox=OutboxId(f"o-{agent[2:]}"),
            sequence=self.sequence,
            taken_ms=milliseconds(self.now - ago),
            measurements=measurements,
            interval_s=interval_s,
        )
        payload = payload or encode_report(report)
        received_ms = report.taken_ms + 310
        with self.records.transaction() as c:
            where = places.register(c).room_of(AgentId(agent), report.taken_ms)
            heard = Heard(
                agent=AgentId(agent),
                taken_ms=report.taken_ms,
                received_ms=received_ms,
                payload=payload,
                online=judge(measurements).online,
                covered=covered(measurements),
            )
            latest.merge(c, [heard])
            if where is None:
                one = Kept(
                    why=Why.UNPLACED,
                    key=report.key,
                    taken_ms=report.taken_ms,
                    received_ms=received_ms,
                    digest=digest(payload),
                    payload=payload,
                )
                kept.keep(c, [one])
        if where is not None:
            self.series.write(points(report, where, digest(payload)))
        return report

    def refuses(self, payload: bytes, reason: str = "malformed", detail: str = "no JSON") -> None:
        """Do what a collector does with a bad one."""
        one = Quarantined(
            topic="roomreach/v1/agents/a-bcdfghjkmn/reports/o-pqrstvwxz2/1",
            agent=AgentId("a-bcdfghjkmn"),
            outbox=OutboxId("o-pqrstvwxz2"),
            sequence=1,
            reason=reason,
            detail=detail,
            digest=digest(payload),
            size=len(payload),
            payload=payload,
            received_ms=milliseconds(self.now),
        )
        with self.records.transaction() as c:
            quarantine.keep(c, [one])

    def hostel(self) -> None:
        """One hostel: room 9 online, room 10 offline for half an hour, room 11 without an agent."""
        block = self.site("s-bcdfghjkmn", "Stratford Lodge")
        nine = self.room(block, "r-bcdfghjkm9", "9")
        ten = self.room(block, "r-bcdfghjk10", "10")
        self.room(block, "r-bcdfghjk11", "11", floor=0)
        self.agent("a-bcdfghjkm9", nine)
        self.agent("a-bcdfghjk10", ten)
        self.hears("a-bcdfghjkm9")
        self.hears("a-bcdfghjk10", timedelta(minutes=32))
        for minutes in (31, 20, 10):
            self.hears("a-bcdfghjk10", timedelta(minutes=minutes), OFFLINE)
        self.hears("a-bcdfghjk10", timedelta(seconds=40), OFFLINE)


def spoil(records: Records) -> None:
    """Put something that is no database where the records were."""
    records.close()
    file = Path(records._engine.url.database)
    for part in file.parent.glob(f"{file.name}-*"):
        part.unlink()
    file.write_bytes(b"no database " * 1000)
