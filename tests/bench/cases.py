"""The cases: the ceilings, the naive designs, and ours, each on servers of its own."""

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import naive
import requests
from load import report
from stage import Cost, Meter, Stage, resident_mb

import machine
from servers import wait_until

STEADY_AGENTS = 1_500
OUTBOXES = 100


def broker_ceiling(folder: Path) -> Cost:
    """How fast Mosquitto passes the reports to a C client that does nothing with them."""
    reports = 30_000
    with Stage(folder, STEADY_AGENTS) as stage:
        ears = subprocess.Popen(
            [
                machine.require("mosquitto_sub"),
                *("-h", "127.0.0.1", "-p", str(stage.broker.port), "-q", "1"),
                *("-t", "roomreach/v1/agents/+/reports/#", "-C", str(reports)),
            ],
            stdout=subprocess.DEVNULL,
        )
        time.sleep(0.5)
        meter = Meter({"broker": stage.broker})
        took = stage.load(reports, receipts=False)["seconds"]
        ears.wait(timeout=60)
        return Cost(reports, reports, took, None, None, meter.per_report_us(reports), None)


def database_ceiling(folder: Path) -> Cost:
    """How fast InfluxDB takes the reports' points in batches of 500 reports made beforehand."""
    reports, batch = 20_000, 500
    with Stage(folder, STEADY_AGENTS) as stage:
        stage.ask("CREATE DATABASE bench")
        now_ms = time.time_ns() // 1_000_000
        bodies = [
            b"\n".join(
                naive.lines(report(n % STEADY_AGENTS, n // STEADY_AGENTS + 1, now_ms)[1])
                for n in range(first, first + batch)
            )
            for first in range(0, reports, batch)
        ]
        meter = Meter({"database": stage.influx})
        session = requests.Session()
        start = time.perf_counter()
        for body in bodies:
            session.post(
                f"{stage.influx.url}/write?db=bench&precision=ms", data=body, timeout=60
            ).raise_for_status()
        seconds = time.perf_counter() - start
        return Cost(reports, stage.stored(), seconds, None, None, meter.per_report_us(reports), None)


def one_write_per_message(folder: Path) -> Cost:
    """``json``, ``Point``, and a request for every message."""
    return _naive(folder, "naive_each", 3_000)


def batching_write_api(folder: Path) -> Cost:
    """``json``, ``Point``, and influxdb-client's batching ``WriteApi``."""
    return _naive(folder, "naive_batching", 15_000)


def steady_influxdb(folder: Path) -> Cost:
    """1,500 agents, a receipt for each report, into InfluxDB."""
    return _ours(folder, STEADY_AGENTS, 30_000)


def draining_influxdb(folder: Path) -> Cost:
    """100 outboxes emptied at once, receipts in ranges, into InfluxDB."""
    return _ours(folder, OUTBOXES, 40_000, window=OUTBOXES * 100)


def draining_duckdb(folder: Path) -> Cost:
    """100 outboxes emptied at once, receipts in ranges, into DuckDB."""
    return _ours(folder, OUTBOXES, 40_000, window=OUTBOXES * 100, series=f"duckdb:///{folder}/series.duckdb")


def thousand_a_second(folder: Path) -> Cost:
    """1,000 reports a second offered: how long from publishing to the receipt?"""
    return _ours(folder, STEADY_AGENTS, 15_000, rate=1_000)


CASES: Mapping[str, Callable[[Path], Cost]] = {
    "ceiling: mosquitto_sub, nothing stored": broker_ceiling,
    "ceiling: InfluxDB, batches made beforehand": database_ceiling,
    "naive: one write per message": one_write_per_message,
    "naive: json + Point + WriteApi": batching_write_api,
    "ours: steady, 1,500 agents, InfluxDB": steady_influxdb,
    "ours: draining, 100 outboxes, InfluxDB": draining_influxdb,
    "ours: draining, 100 outboxes, DuckDB": draining_duckdb,
    "ours: 1,000 a second offered, InfluxDB": thousand_a_second,
}


def _naive(folder: Path, name: str, reports: int) -> Cost:
    with Stage(folder, STEADY_AGENTS) as stage, stage.naive(name) as collector:
        time.sleep(2)
        meter = Meter({"collector": collector, "broker": stage.broker, "database": stage.influx})
        start = time.perf_counter()
        stage.load(reports, receipts=False)
        seconds = stage.settle(reports) - start
        stored = stage.stored()
        return Cost(
            reports, stored, seconds, None, None, meter.per_report_us(reports), resident_mb(collector)
        )


def _ours(
    folder: Path,
    agents: int,
    reports: int,
    *,
    rate: float = 0,
    window: int = 6_000,
    series: str | None = None,
) -> Cost:
    with Stage(folder, agents) as stage, stage.collector(series) as collector:
        wait_until(lambda: b"the broker answers" in collector.log.read_bytes(), "the collector listening")
        programs = {"collector": collector, "broker": stage.broker}
        meter = Meter(programs if series else {**programs, "database": stage.influx})
        saw = stage.load(reports, rate=rate, window=window)
        return Cost(
            reports=reports,
            stored=int(saw["answered"] - saw["refused"]) if series else stage.stored(),
            seconds=saw["seconds"],
            p50_ms=saw["p50_ms"],
            p99_ms=saw["p99_ms"],
            cpu_us=meter.per_report_us(reports),
            resident_mb=resident_mb(collector),
        )
