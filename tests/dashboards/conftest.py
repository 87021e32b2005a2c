"""The committed dashboards, and an InfluxDB that holds half an hour of a hostel's life."""

import json
import re
import sys
import urllib.parse
import urllib.request
import uuid
import warnings
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from dashboard_panels import panels_of
from examples import WHEREABOUTS, a_report
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.measurement import (
    Gateway,
    Health,
    Latency,
    Link,
    Measurement,
    Names,
    NotMeasured,
    Reason,
    Throughput,
)
from roomreach.places import Role
from roomreach.report import Report
from roomreach.series import points
from roomreach.wire import digest, encode_report
from roomreach_store.series.influx import InfluxSeries
from servers import InfluxDB

DASHBOARDS = Path(__file__).parents[2] / "dashboards"
sys.path.insert(0, str(DASHBOARDS))

with warnings.catch_warnings():
    # The SDK prefers Grafana 13's own format, which Grafana 10 to 12 cannot read.
    warnings.filterwarnings("ignore", "Prefer using dashboardv2", DeprecationWarning)
    import generate  # noqa: F401 - imported once here, so that its tests need not know this

START_MS = 1_795_348_800_000
MINUTE_MS = 60_000
MINUTES = 30

GONE = Reason.NO_ANSWER


def answering(kind: type, minute: int, **changes: Any) -> Measurement:
    return kind(
        sent=5, received=5, min_ms=1.0 + minute % 3, median_ms=2.0 + minute % 7, p95_ms=20.0, spread_ms=9.0,
        **changes,
    )  # fmt: skip


def well(minute: int) -> list[Measurement]:
    """Everything answers."""
    return [
        Link(signal_dbm=-58 - minute % 5, tx_rate_mbps=130.0),
        answering(Gateway, minute),
        answering(Latency, minute, target="hub"),
        Names(target="site", answer_ms=12.5 + minute, rcode=0),
        Health(
            cpu_percent=4.0, temperature_c=48.0 + minute % 4, disk_used_percent=31.0, own_cpu_percent=0.5,
            own_memory_mb=24.0, clock_synchronised=True, uptime_s=3_600 + 60 * minute,
        ),
    ]  # fmt: skip


def weak(minute: int) -> list[Measurement]:
    """The signal is weak, and one host of two does not answer."""
    _, *others = well(minute)
    return [Link(signal_dbm=-80 - minute % 3), Latency(target="anchor_1", sent=5, reason=GONE), *others]


def cut(minute: int) -> list[Measurement]:
    """The line fails for five minutes."""
    if not 10 <= minute < 15:
        return well(minute)
    link, gateway, _, _, health = well(minute)
    failed = [Latency(target="hub", sent=5, reason=GONE), Names(target="site", reason=GONE)]
    return [link, gateway, *failed, health]


def shy(minute: int) -> list[Measurement]:
    """The router ignores pings, and all is well beyond it."""
    link, _, *others = well(minute)
    return [link, Gateway(sent=5, reason=GONE), *others]


def alone(_: int) -> list[Measurement]:
    """Only the router could be asked, and it does not answer."""
    return [
        Gateway(reason=Reason.NO_ROUTE),
        NotMeasured(of="latency", target="hub", reason=Reason.NOT_CONFIGURED),
        NotMeasured(of="names", target="site", reason=Reason.NOT_PERMITTED),
    ]


def silent(minute: int) -> list[Measurement] | None:
    """Nothing is heard for a while."""
    return None if 12 <= minute < 20 else well(minute)


def unable(minute: int) -> list[Measurement]:
    """The agent cannot ask for a while."""
    if not 5 <= minute < 10:
        return well(minute)
    kinds: dict[str, str | None] = {"link": None, "gateway": None, "latency": "hub", "names": "site"}
    return [NotMeasured(of=kind, target=t, reason=Reason.NOT_PERMITTED) for kind, t in kinds.items()]


def wired(minute: int) -> list[Measurement]:
    """The building's reference agent, which has no radio."""
    return well(minute)[1:]


def other(minute: int) -> list[Measurement]:
    """A room on another site of the same authority."""
    return well(minute)


LIVES = (well, weak, cut, shy, alone, silent, unable, wired, other)
ELSEWHERE = SiteId("s-other22222")
TESTED = (well, weak, wired, other)
"""Whose throughput is tested every ten minutes."""


def speeds(life: Any, minute: int) -> list[Measurement]:
    """Towards the speed server, and from a room towards the wired agent; one test of three fails."""
    if life not in TESTED or minute % 10:
        return []
    if minute == 20:
        return [Throughput(target="server", engine="own", reason=GONE)]
    rate = 20.0 + minute + 7 * LIVES.index(life)
    to_server = Throughput(
        target="server", engine="own", download_mbps=rate, upload_mbps=rate / 4, idle_ms=14.0,
        download_loaded_ms=60.0, upload_loaded_ms=80.0, spent_bytes=9_000_000, confident=True,
    )  # fmt: skip
    over_wifi = Throughput(target="reference", engine="iperf3", download_mbps=2 * rate, spent_bytes=5_000_000)
    return [to_server] if life is wired else [to_server, over_wifi]


def room(life: Any) -> str:
    return f"r-{life.__name__}22222"


@dataclass(frozen=True)
class HalfHour:
    """What was reported, and the database that was told: by the minute, at 20 seconds past it."""

    url: str
    database: str
    reports: Mapping[tuple[str, int], Report]

    def filled(self, query: str, interval: str = "1m") -> str:
        """Fill the variables in as Grafana does, with all rooms chosen."""
        end_ms = START_MS + MINUTES * MINUTE_MS - 1
        values = {
            "timeFilter": f"time >= {START_MS}ms and time <= {end_ms}ms",
            "__interval": interval,
            "site": WHEREABOUTS.site,
            "authority": WHEREABOUTS.authority,
            "room": ".*",
        }
        return re.sub(r"\$(\w+)", lambda match: values[match[1]], query)

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Ask as Grafana's data source does, and give the series of the answer."""
        words = {"db": self.database, "epoch": "ms", "q": query}
        url = f"{self.url}/query?{urllib.parse.urlencode(words)}"
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - always our own http address
            (result,) = json.load(answer)["results"]
        assert "error" not in result, result
        found: list[dict[str, Any]] = result.get("series", [])
        return found

    def by_room(self, query: str) -> dict[str, dict[int, Any]]:
        """Ask for one value for each room and minute."""
        return {
            series["tags"]["room"]: {(ms - START_MS) // MINUTE_MS: value for ms, value in series["values"]}
            for series in self.ask(self.filled(query))
        }


@pytest.fixture(scope="module")
def half_hour(influxdb: InfluxDB) -> HalfHour:
    database = f"test_{uuid.uuid4().hex}"
    reports: dict[tuple[str, int], Report] = {}
    with closing(InfluxSeries(influxdb.url, database)) as store:
        for life in LIVES:
            agent = AgentId(f"a-{life.__name__}22222")
            where = WHEREABOUTS._replace(
                room=RoomId(room(life)),
                agent=agent,
                role=Role.REFERENCE if life is wired else Role.ROOM,
                site=ELSEWHERE if life is other else WHEREABOUTS.site,
            )
            for minute in range(MINUTES):
                if (measured := life(minute)) is None:
                    continue
                report = replace(
                    a_report(
                        sequence=minute + 1,
                        highest=minute + 1,
                        measurements=(*measured, *speeds(life, minute)),
                    ),
                    agent=agent,
                    taken_ms=START_MS + minute * MINUTE_MS + 20_000,
                )
                reports[room(life), minute] = report
                store.write(points(report, where, digest(encode_report(report))))
    return HalfHour(influxdb.url, database, reports)


@pytest.fixture(scope="session")
def site() -> dict[str, Any]:
    """The dashboard of one site, as committed."""
    made: dict[str, Any] = json.loads((DASHBOARDS / "json" / "roomreach-site.json").read_text())
    return made


@pytest.fixture(scope="session")
def borough() -> dict[str, Any]:
    """The dashboard of one borough, as committed."""
    made: dict[str, Any] = json.loads((DASHBOARDS / "json" / "roomreach-borough.json").read_text())
    return made


@pytest.fixture(scope="session", params=["site", "borough"])
def dashboard(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each of them."""
    found: dict[str, Any] = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def panels(site: dict[str, Any]) -> list[dict[str, Any]]:
    return panels_of(site)


@pytest.fixture(scope="session")
def query(panels: list[dict[str, Any]]) -> Any:
    """Find the one query of a panel by the panel's title."""

    def find(title: str) -> str:
        (found,) = [panel for panel in panels if panel["title"] == title]
        (target,) = found["targets"]
        return str(target["query"])

    return find
