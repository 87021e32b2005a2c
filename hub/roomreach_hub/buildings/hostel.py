"""Who lives where in the demonstration's hostel, and what happens there? All of it is made up.

Of the annexe nothing but codes may ever be shown: tests look for its distinctive name everywhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from roomreach.places import Safeguarding
from roomreach_hub.buildings.line import Failing, Line
from roomreach_hub.buildings.radio import Radio

PROVIDER = "Example Homes"
HOSTEL = "Example House"
ANNEXE = "Quillmere Annexe"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Lodging:
    """A room and its agent, which falls silent at a moment of the script unless ``silent_at_s`` is None."""

    site: str
    safeguarding: Safeguarding
    building: str
    label: str
    floor: int
    homes: int
    radio: Radio
    line: Line
    silent_at_s: float | None = None


def lodgings(script: Script) -> Sequence[Lodging]:
    """Give every room, always in the same order.

    The main house has one line, and one access point, on the landing of its first floor; the mews has a line
    of its own. A box reports past the line that it measures, as one with a mobile uplink does.
    """
    fibre = Line(round_trip_ms=11)
    copper = Line(
        round_trip_ms=24,
        failing=Failing(first_s=script.fails_at_s, lasts_s=script.fails_for_s, every_s=script.fails_every_s),
    )
    hostel = partial(Lodging, site=HOSTEL, safeguarding=Safeguarding.NONE)
    main = partial(hostel, building="Main house", line=fibre)
    annexe = partial(Lodging, site=ANNEXE, safeguarding=Safeguarding.REFUGE)
    return (
        main(label="2", floor=0, homes=1, radio=Radio(distance_m=6, walls=1, ceilings=1)),
        main(label="11", floor=1, homes=1, radio=Radio(distance_m=5, walls=1)),
        main(
            label="14",
            floor=1,
            homes=2,
            radio=Radio(distance_m=9, walls=2),
            silent_at_s=script.silent_at_s,
        ),
        # At the far end of the top floor: joined to the network, and hardly served by it.
        main(label="31", floor=3, homes=2, radio=Radio(distance_m=9, walls=1, ceilings=2)),
        hostel(
            building="Mews", label="M1", floor=0, homes=1, radio=Radio(distance_m=7, walls=1), line=copper
        ),
        annexe(
            building="Quillmere east wing",
            label="Quillmere 1",
            floor=0,
            homes=1,
            radio=Radio(distance_m=8, walls=1),
            line=Line(round_trip_ms=17),
        ),
    )
