"""Where an agent stands, as physics sees it: which air and which line are around it at a moment?"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from roomreach_hub.buildings.cell import Cell
from roomreach_hub.buildings.line import Line
from roomreach_hub.buildings.radio import Radio
from roomreach_hub.buildings.spans import Span, within


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place for an agent. ``radio`` is None where it is wired to the router.

    ``heard_anew`` is the way through the air, and to which access point, since a moment (s since 1970), when
    that was added. ``dark`` is when the building has no power.
    """

    line: Line
    radio: Radio | None = None
    cell: Cell = field(default_factory=Cell)
    heard_anew: tuple[float, Radio, Cell] | None = None
    dark: Sequence[Span] = ()

    def radio_at(self, at_s: float) -> Radio | None:
        """Give the way through the air at a moment; None for a wire."""
        return self.radio if self.heard_anew is None or at_s < self.heard_anew[0] else self.heard_anew[1]

    def cell_at(self, at_s: float) -> Cell:
        """Give the air around its access point at a moment."""
        return self.cell if self.heard_anew is None or at_s < self.heard_anew[0] else self.heard_anew[2]

    def joined(self, at_s: float) -> bool:
        """Whether an agent here is joined to the building's network."""
        radio = self.radio_at(at_s)
        return radio is None or (radio.reaches and self.cell_at(at_s).on(at_s))

    def powered(self, at_s: float) -> bool:
        """Whether an agent here has power."""
        return not self.dark or not within(self.dark, at_s)
