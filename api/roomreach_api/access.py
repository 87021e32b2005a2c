"""Whose data may this caller see? The one question that every read passes through."""

from typing import Protocol

from roomreach.places import Site


class Scope(Protocol):
    """What one caller may see. A new kind of caller is a new class with these two answers.

    Whatever a caller may not see does not exist for that caller: it is answered with 404, never with 403.
    """

    def sees_site(self, site: Site) -> bool:
        """Whether this site, its rooms and all that was measured there may be seen."""
        ...

    def sees_unplaced(self) -> bool:
        """Whether what belongs to no site may be seen: agents that stand nowhere, messages in quarantine."""
        ...


class LocalOperator:
    """Whoever sits at this machine sees everything, though a confidential site by its code alone.

    The only caller until accounts exist: the server listens on loopback alone.
    """

    def sees_site(self, site: Site) -> bool:  # noqa: ARG002 - the answer is the same for every site
        """Every site."""
        return True

    def sees_unplaced(self) -> bool:
        """Everything else, too."""
        return True
