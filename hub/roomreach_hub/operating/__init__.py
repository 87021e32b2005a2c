"""What an operator asks for, done by the running hub, or on its folder's records when none runs.

Both give the same facts, as the API says them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from roomreach.errors import NotFound, Unavailable
from roomreach_hub import operator_token
from roomreach_hub.folder import Folder
from roomreach_hub.operating.local import Local
from roomreach_hub.operating.remote import Remote
from roomreach_hub.operating.saying import Facts
from roomreach_store.operating import Install, Move, NewSite

__all__ = ["Facts", "Operations", "operations"]


class Operations(Protocol):
    """What can be asked for. Raises what the store raises: ``Conflict``, ``NotFound``, ``Refused``."""

    def sites(self) -> Facts:
        """List the sites on record."""
        ...

    def add_site(self, asked: NewSite) -> Facts:
        """Put a site on record."""
        ...

    def import_sites(self, content: bytes, *, dry_run: bool) -> Facts:
        """Add the places of a file, or say what would become of it."""
        ...

    def export_sites(self) -> bytes:
        """Write the places on record that are not confidential."""
        ...

    def agents(self) -> Facts:
        """List the agents on record, and those that were heard."""
        ...

    def install(self, asked: Install) -> Facts:
        """Put an agent on record in a room."""
        ...

    def move(self, asked: Move) -> Facts:
        """Record where an agent stood."""
        ...

    def quarantine(self, limit: int) -> Facts:
        """List what was refused, newest first."""
        ...

    def quarantined(self, number: int) -> Facts:
        """Read one message that was refused."""
        ...

    def replay(self, entries: list[int], reason: str | None) -> Facts:
        """Ask for messages in quarantine to be taken in again."""
        ...

    def job(self, number: int) -> Facts:
        """Say how a job stands."""
        ...


@contextmanager
def operations(folder: Folder) -> Iterator[Operations]:
    """Reach the hub that runs in a folder, or open its records when none does."""
    if folder.running():
        try:
            port = folder.address().page_port
        except NotFound as exc:
            raise Unavailable(f"The hub in {folder.path} does not answer yet: try again.") from exc
        yield Remote(port, operator_token.read(folder))
    else:
        with folder.records() as records:
            yield Local(records)
