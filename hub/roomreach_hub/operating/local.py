"""An operator's request, done on the records of a folder whose hub does not run."""

from datetime import UTC, datetime
from typing import Any

from roomreach.moments import milliseconds, moment
from roomreach_hub.minting import new
from roomreach_store import operating
from roomreach_store.importing import export
from roomreach_store.operating import Move
from roomreach_store.records import Records, jobs, places


class Local:
    """Does it at once; what only the collector may do, it does at its next start."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def import_sites(self, content: bytes, *, dry_run: bool) -> dict[str, Any]:
        """Add the places of a file, or say what would become of it."""
        report = operating.import_sites(self._records, content, new, dry_run=dry_run)
        return {
            "rows": report.rows,
            "added": report.added,
            "known": report.known,
            "refused": report.refused,
            "providers": report.places.providers,
            "sites": report.places.sites,
            "buildings": report.places.buildings,
            "rooms": report.places.rooms,
            "faults": [
                {"row": fault.row, "column": fault.column, "reason": fault.reason} for fault in report.faults
            ],
        }

    def export_sites(self) -> bytes:
        """Write the places on record that are not confidential."""
        with self._records.reading() as c:
            return export(places.register(c), lambda site: not site.confidential)

    def move(self, asked: Move) -> dict[str, Any]:
        """Record where an agent stood."""
        with self._records.transaction() as c:
            moved = operating.move(c, asked, _now_ms())
        return {"agent": moved.agent, "room": moved.room, "role": moved.role, "job": moved.job}

    def replay(self, entries: list[int], reason: str | None) -> dict[str, Any]:
        """Ask for messages in quarantine to be taken in again."""
        with self._records.transaction() as c:
            made = operating.replay(c, entries, reason, _now_ms())
        return {"replays": [{"entry": entry, "job": job} for entry, job in made.items()]}

    def job(self, number: int) -> dict[str, Any]:
        """Say how a job stands."""
        with self._records.reading() as c:
            job = jobs.job(c, number)
        return {
            "id": job.id,
            "kind": job.kind,
            "asked": moment(job.asked_ms).isoformat(),
            "agent": job.agent,
            "entry": job.entry,
            "outcome": job.outcome,
            "detail": job.detail,
        }


def _now_ms() -> int:
    return milliseconds(datetime.now(UTC))
