"""Whose data may this caller see? The one question that every read passes through."""

from dataclasses import dataclass
from typing import Protocol

from roomreach.places import Site


class Scope(Protocol):
    """What one caller may see. A new kind of caller is a new class with these three answers.

    Whatever a caller may not see does not exist for that caller: it is answered with 404, never with 403.
    Two that are equal see the same, and may be shown the same page.
    """

    def sees_site(self, site: Site) -> bool:
        """Whether this site, its rooms and all that was measured there may be seen."""
        ...

    def operates(self) -> bool:
        """Whether places may be entered and corrected, and jobs be asked for."""
        ...

    def sees_unplaced(self) -> bool:
        """Whether what belongs to no site may be seen: agents that stand nowhere, messages in quarantine."""
        ...


@dataclass(frozen=True)
class LocalOperator:
    """Whoever sits at this machine sees everything, though a confidential site by its code alone.

    The only caller until accounts exist: the server listens on loopback alone.
    """

    def sees_site(self, site: Site) -> bool:  # noqa: ARG002 - the answer is the same for every site
        """Every site."""
        return True

    def operates(self) -> bool:
        """Everything, with the secret that the hub keeps in its folder."""
        return True

    def sees_unplaced(self) -> bool:
        """Everything else, too."""
        return True
