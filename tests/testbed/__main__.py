"""Print how true the throughput test is on lines we made: the table in docs/explanation/how-true.md."""

import sys
import tempfile
from pathlib import Path

from testbed_link import linked
from testbed_pipe import Shape
from testbed_truth import DIRECTIONS, HEADING, PLENTY, described, faults, measured

RATES_MBPS = (2, 5, 10, 20, 50)
ROUND_TRIPS_MS = (1, 20, 40)
RUNS = 5


def main() -> None:
    """Measure every line; leave with 1 where anything said of it was not true."""
    print(HEADING, flush=True)
    wrong, converged, tried, processor_s, lasted_s = [], 0, 0, 0.0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        for mbps in RATES_MBPS:
            for round_trip_ms in ROUND_TRIPS_MS:
                with linked(Shape(mbps=mbps, delay_ms=round_trip_ms / 2)) as link:
                    one = measured(link, Path(folder), RUNS, PLENTY)
                print(described(one), flush=True)
                wrong += [f"{mbps} Mbit/s, {round_trip_ms} ms: {fault}" for fault in faults(one)]
                converged += one.converged
                tried += RUNS * len(DIRECTIONS)
                processor_s += one.processor_s
                lasted_s += sum(result.lasted_s or 0 for result in one.results)
    print(f"\n{converged} of {tried} directions converged.")
    print(f"While it tested, the agent used {processor_s / lasted_s:.1%} of a core.")
    print("\n".join(wrong) or "Everything said was true.")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
