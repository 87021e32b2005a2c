"""Print the benchmark table: ``make bench``, or ``make bench ARGS="--rounds 1 --only ours"``.

Compare rows of one run only: a shared machine drifts. A row that lost a report says so.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from cases import CASES
from load import report
from stage import Cost


def main() -> None:
    """Run every case some rounds and print the medians."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", default="", help="cases whose name holds this")
    chosen = arguments.parse_args()
    _, payload = report(0, 1, 1_795_348_800_000)
    measurements = len(json.loads(payload)["measurements"])
    print(f"One report: {len(payload):,} bytes, {measurements + 1} points.\n")
    print(
        "| case | reports/s | beside WriteApi | CPU per report, µs | p50 / p99 ms | resident MB | lost |\n"
        "|---|---|---|---|---|---|---|"
    )
    rates: dict[str, float] = {}
    for name, case in CASES.items():
        if chosen.only not in name:
            continue
        costs = []
        for _ in range(chosen.rounds):
            with tempfile.TemporaryDirectory() as folder:
                costs.append(case(Path(folder)))
        rates[name] = statistics.median(cost.rate for cost in costs)
        print(_row(name, costs, rates.get("naive: json + Point + WriteApi")), flush=True)


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
