"""Print the benchmark tables: ``make bench``, or ``make bench ARGS="--rounds 1 --only ours"``.

``--table`` chooses one of them: reports, speed-tests or borough.

Compare rows of one run only: a shared machine drifts. A row that lost a report says so.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import borough
import speed_tests
from cases import CASES
from load import report
from stage import Cost


def main() -> None:
    """Print the tables, line by line as they become known."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", default="", help="cases of reports whose name holds this")
    arguments.add_argument("--table", choices=TABLES, help="one table alone")
    chosen = arguments.parse_args()
    for name, table in TABLES.items():
        if chosen.table in {None, name} and not (chosen.only and name != "reports"):
            for line in table(chosen):
                print(line, flush=True)
            print()


def reports(chosen: argparse.Namespace) -> Iterator[str]:
    """Run every case of reports some rounds, and give the medians."""
    _, payload = report(0, 1, 1_795_348_800_000)
    measurements = len(json.loads(payload)["measurements"])
    yield f"One report: {len(payload):,} bytes, {measurements + 1} points.\n"
    yield "| case | reports/s | beside WriteApi | CPU per report, µs | p50 / p99 ms | resident MB | lost |"
    yield "|---|---|---|---|---|---|---|"
    rates: dict[str, float] = {}
    for name, case in CASES.items():
        if chosen.only not in name:
            continue
        costs = []
        for _ in range(chosen.rounds):
            with tempfile.TemporaryDirectory() as folder:
                costs.append(case(Path(folder)))
        rates[name] = statistics.median(cost.rate for cost in costs)
        yield _row(name, costs, rates.get("naive: json + Point + WriteApi"))


TABLES: Mapping[str, Callable[[argparse.Namespace], Iterator[str]]] = {
    "reports": reports,
    "speed-tests": lambda _chosen: speed_tests.table(),
    "borough": lambda _chosen: borough.table(),
}


def _row(name: str, costs: list[Cost], usual: float | None) -> str:
    median = sorted(costs, key=lambda cost: cost.rate)[len(costs) // 2]
    cpu = ", ".join(f"{process} {used:.0f}" for process, used in median.cpu_us.items())
    waits = f"{median.p50_ms:.0f} / {median.p99_ms:.0f}" if median.p50_ms and median.p99_ms else ""
    beside = f"{median.rate / usual:.1f} times" if usual else ""
    resident = f"{median.resident_mb:.0f}" if median.resident_mb else ""
    lost = sum(max(0, cost.reports - cost.stored) for cost in costs)
    return f"| {name} | {median.rate:,.0f} | {beside} | {cpu} | {waits} | {resident} | {lost} |"


if __name__ == "__main__":
    main()
