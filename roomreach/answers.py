"""What did an agent answer to one question, report after report, and since when is the answer no?"""

from dataclasses import dataclass
from enum import StrEnum

REMEMBERED = 64
"""How many reports ``Run`` keeps in order: reports that arrive later than that many others are too late."""


class Answer(StrEnum):
    """What a report says to a question that hopes for a yes. Not knowing is a value."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Run:
    """The answers of an agent's last reports in the order they were taken, however they arrived.

    ``entries`` are (taken, UTC ms; answer). ``before_ms`` is since when the answer had already been no at the
    oldest entry, or None when it was not.
    """

    entries: tuple[tuple[int, Answer], ...] = ()
    before_ms: int | None = None

    def with_report(self, taken_ms: int, answer: Answer) -> "Run":
        """Add one report; the same one twice changes nothing, and one older than all kept is ignored."""
        kept = dict(self.entries)
        if len(kept) >= REMEMBERED and taken_ms < self.entries[0][0]:
            return self
        kept[taken_ms] = answer
        entries = sorted(kept.items())
        before = self.before_ms
        while len(entries) > REMEMBERED:
            before = _step(before, *entries.pop(0))
        return Run(tuple(entries), before)

    @property
    def no_since_ms(self) -> int | None:
        """The first of the reports in a row, up to the latest, that say no; None when the latest does not."""
        since = self.before_ms
        for taken_ms, answer in self.entries:
            since = _step(since, taken_ms, answer)
        return since


def _step(since: int | None, taken_ms: int, answer: Answer) -> int | None:
    if answer is not Answer.NO:
        return None
    return taken_ms if since is None else since
