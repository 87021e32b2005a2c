"""A receipt: the collector's answer, which lets an agent forget."""

from dataclasses import dataclass
from enum import StrEnum

from roomreach.identifiers import OutboxId


class Refusal(StrEnum):
    """Why a report will never be stored, however often it is sent."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    WRONG_VERSION = "wrong_version"
    OUT_OF_BOUNDS = "out_of_bounds"
    MISADDRESSED = "misaddressed"
    FUTURE_DATED = "future_dated"
    IMPOSSIBLE_TIME = "impossible_time"
    CONFLICT = "conflict"
    NOT_STORABLE = "not_storable"


@dataclass(frozen=True, slots=True)
class Refusing:
    """One report refused. ``digest`` is that of the bytes refused: an agent whose bytes differ keeps them."""

    sequence: int
    digest: str
    reason: Refusal
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of some reports of one outbox, and what time it is at the collector.

    ``stored`` holds inclusive ranges of sequences. A receipt about no report at all answers an agent's
    greeting with the time alone; its outbox is None.
    """

    at_ms: int
    outbox: OutboxId | None = None
    stored: tuple[tuple[int, int], ...] = ()
    refused: tuple[Refusing, ...] = ()


def ranges(sequences: list[int]) -> tuple[tuple[int, int], ...]:
    """Gather sequences, in any order and with repeats, into inclusive ranges."""
    found: list[tuple[int, int]] = []
    for sequence in sorted(set(sequences)):
        if found and found[-1][1] == sequence - 1:
            found[-1] = (found[-1][0], sequence)
        else:
            found.append((sequence, sequence))
    return tuple(found)
