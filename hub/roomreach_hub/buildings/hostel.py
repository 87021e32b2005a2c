"""Who lives where in the demonstration's hostel, and what happens there? All of it is made up.

Of the annexe nothing but codes may ever be shown: tests look for its distinctive name everywhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from roomreach import places
from roomreach.places import Safeguarding
from roomreach_hub.buildings.cell import Cell
from roomreach_hub.buildings.habits import Demand
from roomreach_hub.buildings.line import Failing, Line
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.radio import Radio
from roomreach_hub.buildings.spot import Spot

PROVIDER = "Example Homes"
HOSTEL = "Example House"
ANNEXE = "Quillmere Annexe"
MAIN, MEWS, WING = "Main house", "Mews", "Quillmere east wing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """When what happens, in seconds since the buildings began. One seed, one course of events."""

    seed: int = 1
    interval_s: int = 5
    silent_at_s: float = 50
    fails_at_s: float = 40
    fails_for_s: float = 120
    fails_every_s: float = 420

    def sooner(self, times: float) -> "Script":
        """Give the same course of events, so many times as fast; agents report every second at most."""
        return Script(
            seed=self.seed,
            interval_s=max(1, round(self.interval_s / times)),
            silent_at_s=self.silent_at_s / times,
            fails_at_s=self.fails_at_s / times,
            fails_for_s=self.fails_for_s / times,
            fails_every_s=self.fails_every_s / times,
        )


@dataclass(frozen=True, slots=True)
class Living:
    """Who uses what, by the name of the building: nobody, where nothing is said."""

    buildings: dict[str, Demand] = field(default_factory=dict)

    def in_(self, building: str) -> Demand:
        """Give the use of a building's line and air."""
        return self.buildings.get(building, Demand())


def lodgings(script: Script, began_s: float = 0, living: Living | None = None) -> Sequence[Lodging]:
    """Give every room, always in the same order; ``began_s`` is when the script began, in seconds since 1970.

    The main house has one line, and one access point, on the landing of its first floor; the mews has a line
    of its own. A box reports past the line that it measures, as one with a mobile uplink does.
    """
    using = living or Living()
    fibre = Line(round_trip_ms=11, demand=using.in_(MAIN), download_mbps=80, upload_mbps=20)
    copper = Line(
        round_trip_ms=24,
        demand=using.in_(MEWS),
        download_mbps=36,
        upload_mbps=8,
        failing=Failing(
            first_s=began_s + script.fails_at_s, lasts_s=script.fails_for_s, every_s=script.fails_every_s
        ),
    )
    cable = Line(round_trip_ms=17, demand=using.in_(WING), download_mbps=50, upload_mbps=10)

    def of(building: str, line: Line) -> "partial[Spot]":
        return partial(Spot, line=line, cell=Cell(demand=using.in_(building)))

    in_main, in_mews, in_wing = of(MAIN, fibre), of(MEWS, copper), of(WING, cable)
    hostel = partial(Lodging, provider=PROVIDER, site=HOSTEL)
    main = partial(hostel, building=MAIN, sold=places.Line(download_mbps=80, upload_mbps=20))
    annexe = partial(Lodging, provider=PROVIDER, site=ANNEXE, safeguarding=Safeguarding.REFUGE)
    return (
        main(label="2", homes=1, spot=in_main(radio=Radio(distance_m=6, walls=1, ceilings=1))),
        main(label="11", floor=1, homes=1, spot=in_main(radio=Radio(distance_m=5, walls=1))),
        main(
            label="14",
            floor=1,
            homes=2,
            spot=in_main(radio=Radio(distance_m=9, walls=2)),
            silent_at_s=began_s + script.silent_at_s,
        ),
        # At the far end of the top floor: joined to the network, and hardly served by it.
        main(label="31", floor=3, homes=2, spot=in_main(radio=Radio(distance_m=9, walls=1, ceilings=2))),
        hostel(
            building=MEWS,
            sold=places.Line(download_mbps=36, upload_mbps=8),
            label="M1",
            homes=1,
            spot=in_mews(radio=Radio(distance_m=7, walls=1)),
        ),
        annexe(
            building=WING,
            sold=places.Line(download_mbps=50, upload_mbps=10),
            label="Quillmere 1",
            homes=1,
            spot=in_wing(radio=Radio(distance_m=8, walls=1)),
        ),
    )
