"""The one door through which anything is changed: for a caller whose scope includes operating the hub."""

import secrets
from collections.abc import Sequence

from roomreach.errors import NotFound
from roomreach.identifiers import mint
from roomreach.moments import milliseconds
from roomreach.places import Installation
from roomreach_api.access import Scope
from roomreach_api.reading import Stores
from roomreach_store import operating
from roomreach_store.importing import ImportReport, export
from roomreach_store.operating import AddedSite, Install, Move, Moved, NewSite
from roomreach_store.records import jobs
from roomreach_store.records.jobs import Job

_JOBS_LISTED = 100


class Writing:
    """What an operator may do; for anybody else there is nothing. Raises ``Unavailable``, ``Conflict``."""

    def __init__(self, stores: Stores, scope: Scope) -> None:
        if not scope.operates():
            raise NotFound("There is nothing here.")
        self._stores = stores
        self._scope = scope

    @property
    def _now_ms(self) -> int:
        return milliseconds(self._stores.now())

    def add_site(self, asked: NewSite) -> AddedSite:
        """Put a site on record; raises ``NotFound`` and ``Refused``."""
        with self._stores.records.transaction() as c:
            return operating.add_site(c, asked, _minted)

    def install(self, asked: Install) -> Installation:
        """Record that an agent, by default a new one, stands in a room; raises ``NotFound``, ``Refused``."""
        with self._stores.records.transaction() as c:
            return operating.install(c, asked, _minted, self._now_ms)

    def import_sites(self, content: bytes, *, dry_run: bool) -> ImportReport:
        """Add the places of a file, or say what would become of it; raises ``Malformed``."""
        return operating.import_sites(self._stores.records, content, _minted, dry_run=dry_run)

    def export_sites(self) -> bytes:
        """Write the places on record as such a file, without any confidential site."""
        with self._stores.records.reading() as c:
            register = self._stores.register(c)
        return export(register, lambda site: self._scope.sees_site(site) and not site.confidential)

    def move(self, asked: Move) -> Moved:
        """Record where an agent stood; raises ``NotFound``."""
        with self._stores.records.transaction() as c:
            return operating.move(c, asked, self._now_ms)

    def replay(self, entries: Sequence[int], reason: str | None) -> dict[int, int]:
        """Ask for messages in quarantine to be taken in again; raises ``NotFound`` and ``Refused``."""
        with self._stores.records.transaction() as c:
            return operating.replay(c, entries, reason, self._now_ms)

    def jobs(self) -> list[Job]:
        """List what the collector was asked to do, newest first."""
        with self._stores.records.reading() as c:
            return jobs.jobs(c, _JOBS_LISTED)

    def job(self, id_: int) -> Job:
        """One job; raises ``NotFound``."""
        with self._stores.records.reading() as c:
            return jobs.job(c, id_)


def _minted(letter: str) -> str:
    return mint(letter, secrets.token_bytes(16))
