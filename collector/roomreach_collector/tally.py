"""What has this collector done since it started? Numbers for an operator, written by one thread only."""

from collections import Counter
from dataclasses import dataclass, field

from roomreach.receipt import Refusal

MOST_NAMES = 32
"""Names of unknown kinds come from agents, so only so many are counted each by itself."""
OTHERS = "others"


BATCH_S = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, float("inf"))
"""Upper ends of the steps in which batches are timed, seconds: milliseconds are usual."""


@dataclass(slots=True)
class Times:
    """How long batches took, from the first message in hand to the last receipt, seconds."""

    last_s: float = 0.0
    total_s: float = 0.0
    within: list[int] = field(default_factory=lambda: [0] * len(BATCH_S))
    """How many took at most each of ``BATCH_S``, the longer ones not counted."""

    def add(self, seconds: float) -> None:
        """Count one batch."""
        self.last_s = seconds
        self.total_s += seconds
        for index, most in enumerate(BATCH_S):
            if seconds <= most:
                self.within[index] += 1


@dataclass(slots=True)
class Tally:
    """Counters only rise. Times are UTC milliseconds, None while there was none.

    ``received`` counts messages of every kind; ``repeated`` reports that had been stored before; ``astray``
    messages that nobody can be answered about; ``unkept`` reports that no room is left to keep whole;
    ``faults`` messages refused, and ``given_up`` batches left unanswered, for a mistake of ours.
    ``waiting_for`` names what is unavailable just now.
    """

    received: int = 0
    stored: int = 0
    repeated: int = 0
    refused: Counter[Refusal] = field(default_factory=Counter)
    unplaced: int = 0
    undated: int = 0
    placed_later: int = 0
    unkept: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    astray: int = 0
    greeted: int = 0
    receipts: int = 0
    receipts_unsent: int = 0
    desired: int = 0
    dropped_full: int = 0
    batches: int = 0
    given_up: int = 0
    faults: int = 0
    times: Times = field(default_factory=Times)
    last_report_ms: int | None = None
    waiting_for: str | None = None

    def count_set_aside(self, names: tuple[str, ...]) -> None:
        """Count what a report said that this collector does not know."""
        for name in names:
            known = name in self.set_aside or len(self.set_aside) < MOST_NAMES
            self.set_aside[name if known else OTHERS] += 1
