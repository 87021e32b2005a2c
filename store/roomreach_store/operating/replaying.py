"""Messages in quarantine are asked to be taken in again."""

from collections.abc import Sequence

from sqlalchemy import Connection

from roomreach.errors import Refused
from roomreach_store.records import jobs, quarantine

MOST_REPLAYED = 1_000
"""How many messages one request may ask to be taken in again."""


def replay(c: Connection, entries: Sequence[int], reason: str | None, now_ms: int) -> dict[int, int]:
    """Ask the collector to take messages in again; give the job of each, by the message's number.

    Raises ``NotFound`` for one that is not in quarantine, and ``Refused`` for one not kept whole, and for
    none, or more than ``MOST_REPLAYED``.
    """
    chosen = [quarantine.entry(c, entry) for entry in dict.fromkeys(entries)]
    cut_short = [entry.id for entry in chosen if entry.size > len(entry.payload or b"")]
    if cut_short:
        raise Refused(f"Of number {cut_short[0]} only the beginning was kept: it cannot be taken in again.")
    numbers = [entry.id for entry in chosen]
    if reason is not None:
        whole = (one for one in quarantine.of_reason(c, reason) if one.size <= quarantine.KEPT_BYTES)
        numbers += [entry.id for entry in whole if entry.id not in numbers]
    if not numbers:
        raise Refused("Nothing that was kept whole is in quarantine for that reason.")
    if len(numbers) > MOST_REPLAYED:
        raise Refused(f"That would be {len(numbers)} messages, and at most {MOST_REPLAYED} go at once.")
    return {number: jobs.replay(c, number, now_ms) for number in numbers}
