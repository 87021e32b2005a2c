"""What has this collector done since it started? Numbers for an operator, written by one thread only."""

from collections import Counter
from dataclasses import dataclass, field

from roomreach.receipt import Refusal

MOST_NAMES = 32
"""Names of unknown kinds come from agents, so only so many are counted each by itself."""
OTHERS = "others"


@dataclass(slots=True)
class Tally:
    """Counters only rise. Times are UTC milliseconds, None while there was none.

    ``received`` counts what came on the topics of reports; ``repeated`` what had been answered before;
    ``astray`` what came on no valid topic; ``unkept`` reports that no room is left to keep whole;
    ``given_up`` batches left unanswered because of a fault of ours. ``waiting_for`` names what is
    unavailable just now.
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
    dropped_full: int = 0
    batches: int = 0
    given_up: int = 0
    faults: int = 0
    last_batch_ms: float = 0.0
    last_report_ms: int | None = None
    waiting_for: str | None = None

    def count_set_aside(self, names: tuple[str, ...]) -> None:
        """Count what a report said that this collector does not know."""
        for name in names:
            known = name in self.set_aside or len(self.set_aside) < MOST_NAMES
            self.set_aside[name if known else OTHERS] += 1
