"""What is known of a place with an agent: on record as any other, and, beside that, what happens there."""

from dataclasses import dataclass, field

from roomreach.places import Category, Line, Role, Safeguarding
from roomreach_hub.buildings.spot import Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Lodging:
    """A room and its agent. One that is wired to the router stands where nobody lives: ``homes`` is 0.

    The agent falls silent for good at ``silent_at_s`` (s since 1970) unless that is None; ``interval_s`` is
    its own where it is not the script's. ``sold`` is what the building's line is sold as.
    """

    provider: str
    site: str
    category: Category = Category.HOSTEL
    safeguarding: Safeguarding = Safeguarding.NONE
    building: str
    sold: Line = field(default_factory=Line)
    label: str
    floor: int = 0
    homes: int
    role: Role = Role.ROOM
    spot: Spot
    silent_at_s: float | None = None
    interval_s: int | None = None
