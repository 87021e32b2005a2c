"""Kill anything, at any time: every report arrives, once."""

import random
import time
from pathlib import Path

import pytest

from estate import Estate
from servers import Program, wait_until

KILLS_EACH = 6
AGENTS = 5
REPORTS_EACH = 700
KINDS = ("gateway", "latency", "names", "health")
"""What every report of a journey's agent measures."""


def test_a_report_is_stored_exactly_once_whatever_is_killed(tmp_path: Path) -> None:
    storm(tmp_path, seed=20261122)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 9))
def test_a_report_is_stored_exactly_once_whatever_is_killed_in_any_order(tmp_path: Path, seed: int) -> None:
    storm(tmp_path, seed)


def storm(folder: Path, seed: int) -> None:
    """Kill agents, broker, collector and database in a random order, with reports on the way each time."""
    chance = random.Random(seed)
    with Estate(folder, AGENTS) as estate:
        estate.measure(every_ms=40, count=REPORTS_EACH)
        wait_until(lambda: len(estate.overheard.answered) > 20, "the first reports being answered")
        victims: list[Program] = [
            victim
            for kind in ([estate.broker], [estate.collector], [estate.influx], estate.agents)
            for victim in chance.choices(kind, k=KILLS_EACH)
        ]
        chance.shuffle(victims)
        for victim in victims:
            wait_until(lambda: estate.in_flight() > 0, "a report being on the way")
            on_the_way = estate.in_flight()
            victim.kill()
            assert on_the_way > 0
            time.sleep(chance.uniform(0, 0.5))
            victim.start()
            time.sleep(chance.uniform(0.2, 0.8))
        wait_until(lambda: all(_taken(estate)), "every agent finishing its reports", within_s=120)
        wait_until(lambda: all(_arrived(estate)), "every report arriving", within_s=120)

        for name in estate.names:
            assert estate.stored(name) == estate.committed(name)
        reports = sum(len(estate.committed(name)) for name in estate.names)
        assert {kind: estate.points(kind) for kind in KINDS} == dict.fromkeys(KINDS, reports)
        assert not estate.overheard.refused
        print(f"{len(victims)} kills, {reports} reports, {len(estate.overheard.again)} sent again, none lost")
        assert len(victims) >= 20
        assert reports >= 500
        assert len(estate.overheard.again) >= 100


def _taken(estate: Estate) -> list[bool]:
    return [len(estate.committed(name)) >= REPORTS_EACH for name in estate.names]


def _arrived(estate: Estate) -> list[bool]:
    return [len(estate.stored(name)) >= len(estate.committed(name)) for name in estate.names]
