"""An operator's request, done on the records of a folder whose hub does not run."""

from datetime import UTC, datetime

from roomreach.moments import milliseconds
from roomreach_api.access import LocalOperator
from roomreach_api.reading import Reading, Stores
from roomreach_hub.minting import new
from roomreach_hub.operating import saying
from roomreach_hub.operating.saying import Facts
from roomreach_store import operating
from roomreach_store.importing import export
from roomreach_store.operating import Install, Move, NewSite
from roomreach_store.records import Records, jobs, places
from roomreach_store.series.memory import MemorySeries


class Local:
    """Does it at once; what only the collector may do, it does at its next start."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def sites(self) -> Facts:
        """List the sites on record."""
        reading = self._reading()
        seen = reading.places
        rooms, agents = seen.rooms_of_sites(), seen.agents_of_sites()
        sites = [saying.site(site, rooms[site.id], agents[site.id]) for site in seen.sites()]
        return {"as_of": saying.time(reading.now), "sites": sites}

    def add_site(self, asked: NewSite) -> Facts:
        """Put a site on record."""
        with self._records.transaction() as c:
            return saying.added(operating.add_site(c, asked, new))

    def import_sites(self, content: bytes, *, dry_run: bool) -> Facts:
        """Add the places of a file, or say what would become of it."""
        return saying.imported(operating.import_sites(self._records, content, new, dry_run=dry_run))

    def export_sites(self) -> bytes:
        """Write the places on record that are not confidential."""
        with self._records.reading() as c:
            return export(places.register(c), lambda site: not site.confidential)

    def agents(self) -> Facts:
        """List the agents on record, and those that were heard."""
        reading = self._reading()
        agents = [saying.agent(agent, reading) for agent in reading.places.agents()]
        return {"as_of": saying.time(reading.now), "agents": agents}

    def install(self, asked: Install) -> Facts:
        """Put an agent on record in a room."""
        with self._records.transaction() as c:
            return saying.installed(operating.install(c, asked, new, _now_ms()), asked.site)

    def move(self, asked: Move) -> Facts:
        """Record where an agent stood."""
        with self._records.transaction() as c:
            moved = operating.move(c, asked, _now_ms())
        return {"agent": moved.agent, "room": moved.room, "role": moved.role, "job": moved.job}

    def quarantine(self, limit: int) -> Facts:
        """List what was refused, newest first."""
        reading = self._reading()
        totals, entries = reading.quarantine_totals(), reading.quarantine(limit, None)
        return {
            "as_of": saying.time(reading.now),
            "rows": totals.rows,
            "bytes": totals.bytes,
            "dropped": totals.dropped,
            "by_reason": dict(totals.by_reason),
            "entries": [saying.entry(entry) for entry in entries],
        }

    def quarantined(self, number: int) -> Facts:
        """Read one message that was refused."""
        return saying.entry_with_bytes(self._reading().quarantined(number))

    def replay(self, entries: list[int], reason: str | None) -> Facts:
        """Ask for messages in quarantine to be taken in again."""
        with self._records.transaction() as c:
            made = operating.replay(c, entries, reason, _now_ms())
        return {"replays": [{"entry": entry, "job": job} for entry, job in made.items()]}

    def job(self, number: int) -> Facts:
        """Say how a job stands."""
        with self._records.reading() as c:
            return saying.job(jobs.job(c, number))

    def _reading(self) -> Reading:
        # The same door as the API's, so that nobody sees more here. No request of an operator's reads series.
        return Reading(Stores(self._records, MemorySeries(), _now), LocalOperator())


def _now() -> datetime:
    return datetime.now(UTC)


def _now_ms() -> int:
    return milliseconds(_now())
