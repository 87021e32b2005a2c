"""How is a site of the borough written down? Values that a person can read as a list of rooms."""

from dataclasses import dataclass

from roomreach.places import Category
from roomreach_hub.buildings.cell import Channel
from roomreach_hub.buildings.radio import Radio


@dataclass(frozen=True, slots=True)
class Room:
    """A room: on its door, on which floor, for how many households, and the way to its access point.

    ``ap`` is its access point, by name; each has a channel in the building's plan.
    """

    label: str
    floor: int
    homes: int
    distance_m: float
    walls: int = 1
    ceilings: int = 0
    ap: str = "landing"

    @property
    def radio(self) -> Radio:
        """The way through the air."""
        return Radio(distance_m=self.distance_m, walls=self.walls, ceilings=self.ceilings)


@dataclass(frozen=True, slots=True)
class Sold:
    """A line: sold at so many Mbit/s down and up, how far the rest of the world is, and what is odd about it.

    ``metered`` is a mobile router's, which also wavers; ``portal`` has a sign-in page.
    """

    download_mbps: float
    upload_mbps: float
    round_trip_ms: float
    metered: bool = False
    portal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A building: its line, its access points' channels, its rooms, and where its router is.

    ``router`` is the label of the place where the reference agent is wired; None where there is none.
    """

    name: str
    sold: Sold
    channels: dict[str, Channel]
    rooms: tuple[Room, ...]
    router: str | None = "Router cupboard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A site."""

    name: str
    provider: str
    category: Category
    blocks: tuple[Block, ...]
