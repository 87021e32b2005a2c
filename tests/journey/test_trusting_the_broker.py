"""The control of the journeys: an agent that forgets on the broker's word loses reports, and is seen to.

The database is away for 20 s, then the collector is killed, with one agent of each sort.
"""

import time
from pathlib import Path

from estate import Estate
from servers import wait_until

REPORTS_EACH = 800


def test_an_agent_that_trusts_the_broker_loses_reports_and_is_seen_to(tmp_path: Path) -> None:
    with Estate(tmp_path, 1, forgetful=1) as estate:
        honest, forgetful = estate.names
        estate.measure(every_ms=40, count=REPORTS_EACH)
        wait_until(lambda: len(estate.overheard.answered) > 20, "the first reports being answered")
        estate.influx.kill()
        time.sleep(20)
        estate.collector.kill()
        estate.influx.start()
        estate.collector.start()
        wait_until(
            lambda: all(len(estate.committed(name)) >= REPORTS_EACH for name in estate.names),
            "every agent finishing its reports",
            within_s=60,
        )
        wait_until(
            lambda: estate.stored(honest) == estate.committed(honest),
            "every honest report arriving",
            within_s=60,
        )
        time.sleep(2)

        lost = estate.committed(forgetful).keys() - estate.stored(forgetful).keys()
        print(
            f"the forgetful agent lost {len(lost)} of {len(estate.committed(forgetful))}, the honest one none"
        )
        assert len(lost) >= 1
