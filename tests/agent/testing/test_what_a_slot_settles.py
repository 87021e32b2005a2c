"""How fast a line may be for a slot's bytes to settle on it: the table in the documentation, line by line."""

import re
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from roomreach import slots
from roomreach_agent.engines.engine import Ask
from roomreach_agent.engines.own.engine import OwnEngine
from roomreach_agent.engines.own.transfers import Direction, Tick
from roomreach_agent.testing.one_test import RESERVE

PAGE = Path(__file__).parents[3] / "docs/explanation/how-true.md"
ROWS = [
    tuple(map(int, row))
    for row in re.findall(r"^\| (\d+) MB \| (\d+) \| (\d+) \|", PAGE.read_text(), re.MULTILINE)
]


def a_little_more(mbps: int) -> float:
    """A rate at which nothing settles any more."""
    return max(mbps * 1.25, mbps + 1)


class Steady:
    """A line that carries the same at every moment. None is steadier."""

    def __init__(self, down_mbps: float, up_mbps: float) -> None:
        self.down_mbps, self.up_mbps = down_mbps, up_mbps
        self.arrived = 0

    def moved(self) -> int:
        return self.arrived

    def quiet_trips_ms(self) -> Sequence[float]:
        return (20.0,)

    def run(self, direction: Direction, most_bytes: int) -> Generator[Tick]:
        mbps = self.down_mbps if direction is Direction.DOWNLOAD else self.up_mbps
        for number in range(1, 300):
            self.arrived = min(most_bytes, int(mbps * 125_000 * number * 0.05))
            yield Tick(number * 0.05, self.arrived)
            if self.arrived == most_bytes:
                return


def settles(megabytes: float, *, down: float = 1_000, up: float) -> dict[Direction, bool]:
    """Where nothing else is said the download leaves the upload nothing of its bytes."""
    ask = Ask(target="server", most_bytes=int(megabytes * 1e6 / (1 + RESERVE)))
    found = OwnEngine(lambda _: Steady(down, up)).test(ask)
    return {
        Direction.DOWNLOAD: found.download_stopped_by == "converged",
        Direction.UPLOAD: found.upload_stopped_by == "converged",
    }


@pytest.mark.parametrize(("megabytes", "down", "up"), ROWS)
def test_a_slot_settles_up_to_these_rates_and_hardly_above(megabytes: int, down: int, up: int) -> None:
    assert settles(megabytes, down=down, up=1)[Direction.DOWNLOAD]
    assert not settles(megabytes, down=a_little_more(down), up=1)[Direction.DOWNLOAD]
    assert settles(megabytes, up=up)[Direction.UPLOAD]
    assert not settles(megabytes, up=a_little_more(up))[Direction.UPLOAD]


def test_the_table_has_a_line_for_what_slots_give() -> None:
    assert {slots.BUSY_BYTES / 1e6, slots.OTHER_BYTES / 1e6} <= {megabytes for megabytes, _, _ in ROWS}
