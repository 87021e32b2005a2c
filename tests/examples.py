"""Fictional values that many tests start from."""

from typing import Any

from roomreach.identifiers import AgentId, OutboxId, ProviderId, RoomId, SiteId
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
from roomreach.places import Role, Whereabouts
from roomreach.report import Report

TAKEN_MS = 1_795_348_800_000
"""22 November 2026, midday, UTC."""

AGENT = AgentId("a-bcdfghjkmn")
OUTBOX = OutboxId("o-pqrstvwxz2")
ROOM = RoomId("r-bcdfghjkmn")
WHEREABOUTS = Whereabouts(
    "E09000012", ProviderId("p-bcdfghjkmn"), SiteId("s-bcdfghjkmn"), ROOM, AGENT, Role.ROOM
)

MEASUREMENTS: tuple[Measurement, ...] = (
    Link(
        signal_dbm=-61, signal_average_dbm=-60, frequency_mhz=5180.0, rx_rate_mbps=173.3, tx_rate_mbps=130.0
    ),
    Gateway(method=Method.ICMP, sent=5, received=5, min_ms=1.9, median_ms=2.4, p95_ms=4.8, spread_ms=2.9),
    Latency(
        target="hub",
        method=Method.ICMP,
        sent=5,
        received=4,
        min_ms=9.1,
        median_ms=11.0,
        p95_ms=19.5,
        spread_ms=10.4,
    ),
    NotMeasured(
        of="latency", target="anchor_1", reason=Reason.NOT_PERMITTED, detail="ping is not allowed here"
    ),
    Names(target="site", answer_ms=14.2, rcode=0),
    Health(
        cpu_percent=3.1, temperature_c=48.3, disk_free_mb=21_000.0, clock_synchronised=True, uptime_s=86_400
    ),
)


def a_report(**changes: Any) -> Report:
    """A report like any other, with the changes a test is about."""
    values: dict[str, Any] = {
        "agent": AGENT,
        "outbox": OUTBOX,
        "sequence": 1,
        "boot": "0f7c5d1e-0000-4000-8000-000000000001",
        "boot_ms": 86_400_000,
        "taken_ms": TAKEN_MS,
        "synchronised": True,
        "dropped": 0,
        "interval_s": 60,
        "measurements": MEASUREMENTS,
    }
    values.update(changes)
    values.setdefault("highest", values["sequence"])
    return Report(**values)
