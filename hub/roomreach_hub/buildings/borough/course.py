"""What happened in the borough, and when? Every moment is a share of the history, however long that is."""

from dataclasses import dataclass
from enum import StrEnum

from roomreach_hub.buildings.borough.annexes import CEDAR_PLACE, DOVECOTE_HOUSE, IRIS_LODGE
from roomreach_hub.buildings.borough.hostels import ALDER_COURT, BEECH_LODGE, HAZEL_HOUSE, JUNIPER_HALL
from roomreach_hub.buildings.cell import Channel
from roomreach_hub.buildings.radio import Radio
from roomreach_hub.buildings.spans import Span


class Cause(StrEnum):
    """Why nobody could get online for a while."""

    LINE = "line"
    POWER = "power"
    ACCESS_POINT = "access point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """What failed where, for how long, and when: after such a share of the history."""

    cause: Cause
    site: str
    block: str
    ap: str = ""
    share: float
    hours: float

    def span(self, history: Span) -> Span:
        """Give when it was, in seconds since 1970."""
        return history.lasting(self.share, self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccessPoint:
    """One more access point, on a channel of its own: the way through the air is new for some rooms."""

    site: str
    rooms: tuple[str, ...]
    share: float
    way: Radio
    channel: Channel

    helped: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChannel:
    """An access point moved to a channel that neighbours fill just as much: it helped nobody."""

    site: str
    ap: str
    share: float
    channel: Channel

    helped: bool = False


OUTAGES = (
    Outage(
        cause=Cause.ACCESS_POINT,
        site=HAZEL_HOUSE.name,
        block="Front",
        ap="back stairs",
        share=0.16,
        hours=9,
    ),
    Outage(cause=Cause.LINE, site=CEDAR_PLACE.name, block="Cedar Place", share=0.36, hours=5),
    Outage(cause=Cause.POWER, site=DOVECOTE_HOUSE.name, block="North side", share=0.62, hours=7),
)

NEW_ACCESS_POINT = NewAccessPoint(
    site=ALDER_COURT.name,
    rooms=("A31", "A32", "A33"),
    share=0.5,
    way=Radio(distance_m=6, walls=1),
    channel=Channel(2462, 0.15),
)
NEW_CHANNEL = NewChannel(site=BEECH_LODGE.name, ap="landing", share=0.5, channel=Channel(2462, 0.5))

SILENT = (JUNIPER_HALL.name, "J3", 0.8)
"""The agent of one room falls silent, and nobody has looked since: its site, its room, and when."""

DEAD = (IRIS_LODGE.name, "I4")
"""The room that no network reaches: its radio says so by itself."""
