"""Is there room for one more report? The oldest make it."""

import sqlite3
from dataclasses import dataclass

from roomreach_agent.clock import Instant
from roomreach_agent.gate import Trust
from roomreach_agent.settings import OutboxSettings

_DAY_MS = 86_400_000
# The pages that an insertion may take besides the report's own bytes.
_SLACK_BYTES = 8 * 1024


@dataclass(frozen=True, slots=True)
class Room:
    """How much may wait, and for how long. Times given to reports are remembered in the same room."""

    most_bytes: int
    most_ms: int
    most_times: int

    @classmethod
    def of(cls, settings: OutboxSettings) -> "Room":
        """Take it from the settings; a small file remembers fewer times."""
        return cls(
            most_bytes=int(settings.megabytes * 1_000_000),
            most_ms=int(settings.days * _DAY_MS),
            most_times=min(100_000, max(1_000, int(settings.megabytes * 10_000))),
        )

    def make(self, db: sqlite3.Connection, incoming_bytes: int, now: Instant, trust: Trust) -> int:
        """Drop the oldest while they are too old, or the incoming has no room; give how many."""
        dropped = 0
        while oldest := db.execute(
            "SELECT sequence, state, boot, boot_ms, taken_ms FROM report ORDER BY sequence LIMIT 1"
        ).fetchone():
            sequence, state, boot, boot_ms, taken_ms = oldest
            age_ms = 0  # unknown counts as young: a clock that nobody trusts drops nothing
            if boot == now.boot:
                age_ms = now.boot_ms - boot_ms
            elif trust is Trust.DATE and state == "dated":
                age_ms = now.wall_ms - taken_ms
            if age_ms <= self.most_ms and _used(db) + incoming_bytes + _SLACK_BYTES <= self.most_bytes:
                break
            db.execute("DELETE FROM report WHERE sequence = ?", (sequence,))
            dropped += 1
        return dropped


def _used(db: sqlite3.Connection) -> int:
    # Free pages inside the file are used again first.
    found = db.execute(
        "SELECT (page_count - freelist_count) * page_size"
        " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
    )
    return int(found.fetchone()[0])
