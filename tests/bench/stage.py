"""What a case stands on: real servers, a collector in a process of its own, and what each of them cost."""

import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from load import agent_name

from roomreach.identifiers import AgentId, BuildingId, ProviderId, RoomId, SiteId
from roomreach.places import Agent, Building, Category, Installation, Provider, Role, Room, Safeguarding, Site
from roomreach_store.records import Records, places
from servers import InfluxDB, Mosquitto, Program

HERE = Path(__file__).parent
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_QUEUES = "max_inflight_messages 1000\nmax_queued_messages 0\nmax_queued_bytes 0"


@dataclass(frozen=True)
class Cost:
    """What one case took: ``cpu_us`` is microseconds of CPU for each report, by process."""

    reports: int
    stored: int
    seconds: float
    p50_ms: float | None
    p99_ms: float | None
    cpu_us: Mapping[str, float]
    resident_mb: float | None

    @property
    def rate(self) -> float:
        """Reports a second."""
        return self.reports / self.seconds


class Stage:
    """A broker and a database of its own for one case, in a folder of its own."""

    def __init__(self, folder: Path, agents: int) -> None:
        self.folder = folder
        self.agents = agents
        self.broker = Mosquitto(folder / "broker", settings=_QUEUES)
        self.influx = InfluxDB(folder / "influx")

    def __enter__(self) -> Self:
        self.broker.start()
        self.influx.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.influx.stop()
        self.broker.stop()

    def collector(self, series: str | None = None) -> Program:
        """Our collector, with every agent of the load installed in a room."""
        records = f"sqlite:///{self.folder}/records.db"
        _install(records, self.agents)
        return Program(
            [sys.executable, "-m", "roomreach_collector"],
            self.folder / "collector.log",
            {
                "ROOMREACH_BROKER": f"mqtt://127.0.0.1:{self.broker.port}",
                "ROOMREACH_RECORDS": records,
                "ROOMREACH_SERIES": series or f"influxdb+http://127.0.0.1:{self.influx.port}/bench",
            },
        )

    def naive(self, name: str) -> Program:
        """One of the frozen designs."""
        self.ask("CREATE DATABASE bench")
        return Program(
            [sys.executable, HERE / f"{name}.py"],
            self.folder / f"{name}.log",
            {"BENCH_PORT": str(self.broker.port), "BENCH_INFLUX": self.influx.url},
        )

    def ask(self, question: str) -> list[list[object]]:
        """Put an InfluxQL question; give the rows of its first series."""
        body = urllib.parse.urlencode({"q": question, "db": "bench", "epoch": "ms"}).encode()
        with urllib.request.urlopen(f"{self.influx.url}/query", body, timeout=60) as answer:  # noqa: S310 - our own
            result = json.load(answer)["results"][0]
        return list(result["series"][0]["values"]) if "series" in result else []

    def stored(self) -> int:
        """How many reports the database holds."""
        rows = self.ask('SELECT count("sequence") FROM "report"')
        return int(str(rows[0][1])) if rows else 0

    def load(
        self, reports: int, *, rate: float = 0, window: int = 6_000, receipts: bool = True
    ) -> dict[str, float]:
        """Publish from a process of its own, and give what it saw."""
        command = [HERE / "load.py", self.broker.port, self.agents, reports, rate, window, int(receipts)]
        done = subprocess.run(
            [sys.executable, *map(str, command)], capture_output=True, text=True, check=True, timeout=600
        )
        return dict(json.loads(done.stdout))

    def settle(self, reports: int) -> float:
        """Wait until all reports are in the database, or none has come for 5 s; when the last came."""
        stored, last = self.stored(), time.perf_counter()
        while stored < reports and time.perf_counter() - last < 5:
            time.sleep(0.05)
            now = self.stored()
            if now > stored:
                stored, last = now, time.perf_counter()
        return last


class Meter:
    """CPU seconds of some processes, between its making and its reading."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self._pids = {name: program.process.pid for name, program in programs.items() if program.process}
        self._before = {name: _cpu_s(pid) for name, pid in self._pids.items()}

    def per_report_us(self, reports: int) -> dict[str, float]:
        """Microseconds of CPU for each report, by process."""
        return {name: (_cpu_s(pid) - self._before[name]) / reports * 1e6 for name, pid in self._pids.items()}


def resident_mb(program: Program) -> float:
    """The memory a process holds, in 10⁶ bytes."""
    assert program.process
    for line in Path(f"/proc/{program.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1_024 / 1e6
    return 0.0


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def _install(url: str, agents: int) -> None:
    records = Records.open(url)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    site, building, provider = SiteId("s-bench222"), BuildingId("b-bench222"), ProviderId("p-bench222")
    with records.transaction() as work:
        places.add_provider(work, Provider(id=provider, name="Bench"))
        places.add_site(
            work,
            Site(
                id=site,
                provider=provider,
                host="E09000012",
                name="Bench",
                category=Category.OTHER,
                safeguarding=Safeguarding.NONE,
                trial=True,
            ),
        )
        places.add_building(work, Building(id=building, site=site, name="Bench"))
        for number in range(agents):
            room, agent = RoomId(f"r-{agent_name(number)}"), AgentId(f"a-{agent_name(number)}")
            places.add_room(work, Room(id=room, building=building, label=str(number)))
            places.add_agent(work, Agent(id=agent))
            places.install(work, Installation(agent=agent, room=room, role=Role.ROOM, since=long_ago))
    records.close()
