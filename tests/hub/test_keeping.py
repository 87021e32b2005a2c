"""What ends is started again, with patience, and said once."""

from roomreach.errors import Unavailable
from roomreach_hub.keeping import LONGEST_WAIT_S, STEADY_S, Keeper


class Part:
    def __init__(self) -> None:
        self.runs, self.starts, self.broken = True, 0, False

    def alive(self) -> bool:
        return self.runs

    def start(self) -> None:
        self.starts += 1
        if self.broken:
            raise Unavailable("its port is taken")
        self.runs = True


class Watched:
    """A part, its keeper, what was said, and a clock that moves when told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.part = Part()
        self.said: list[str] = []
        self.keeper = Keeper("The broker", self.part, self.said.append, lambda: self.now)

    def after(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now += 0.25
            self.keeper.tick()


def test_what_ended_is_started_again_and_said_once() -> None:
    watched = Watched()
    watched.part.runs = False
    watched.after(5)
    assert watched.part.starts == 1
    assert watched.said == ["The broker ended unexpectedly; it is started again.", "The broker runs again."]


def test_what_cannot_be_started_is_tried_ever_more_rarely_and_said_once() -> None:
    watched = Watched()
    watched.part.runs, watched.part.broken = False, True
    watched.after(300)
    assert 8 <= watched.part.starts <= 300 / LONGEST_WAIT_S + 8
    assert watched.said == [
        "The broker ended unexpectedly; it is started again.",
        "The broker cannot be started: its port is taken. Trying on.",
    ]
    watched.part.broken = False
    watched.after(LONGEST_WAIT_S + 1)
    assert watched.said[-1] == "The broker runs again."


def test_what_ends_over_and_over_is_not_started_in_a_frenzy() -> None:
    watched = Watched()
    for _ in range(1200):
        watched.part.runs = False
        watched.after(0.25)
    assert watched.part.starts < 20


def test_what_ran_well_for_long_is_started_again_at_once() -> None:
    watched = Watched()
    for _ in range(6):
        watched.part.runs = False
        watched.after(60)
    watched.after(2 * STEADY_S)
    watched.part.runs = False
    before = watched.part.starts
    watched.after(1)
    assert watched.part.starts == before + 1
