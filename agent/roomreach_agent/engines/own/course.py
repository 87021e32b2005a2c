"""How did the bytes of one direction arrive? Looked at window by window."""

from typing import NamedTuple

WINDOW_S = 0.1
SLOW_WINDOW_S = 0.25
SLOW_BYTES_PER_S = 5e6 / 8
"""Below this a short window holds so few packets that their number says nothing."""


class Point(NamedTuple):
    """So many bytes had arrived so many seconds after the beginning."""

    at_s: float
    arrived: float


class Course:
    """The bytes that had arrived at each moment that is known."""

    def __init__(self) -> None:
        self._points = [Point(0.0, 0)]

    def add(self, at_s: float, arrived: int) -> None:
        """Take the next moment; one that runs backwards is passed over."""
        last = self._points[-1]
        if at_s > last.at_s and arrived >= last.arrived:
            self._points.append(Point(at_s, arrived))

    @property
    def lasted_s(self) -> float:
        """Seconds from the beginning to the last moment."""
        return self._points[-1].at_s

    @property
    def arrived(self) -> int:
        """All bytes so far."""
        return int(self._points[-1].arrived)

    @property
    def mean(self) -> float:
        """Bytes a second, from the beginning to the last moment."""
        return self.arrived / self.lasted_s if self.lasted_s else 0.0

    @property
    def window_s(self) -> float:
        """How long a window is at this rate."""
        return SLOW_WINDOW_S if self.mean < SLOW_BYTES_PER_S else WINDOW_S

    @property
    def whole_windows(self) -> int:
        """How many windows are over."""
        return int(self.lasted_s / self.window_s)

    def windows(self) -> list[Point]:
        """Give the ends of all whole windows, and the beginning; between moments bytes arrive evenly."""
        width = self.window_s
        found = [self._points[0]]
        before = self._points[0]
        for after in self._points[1:]:
            while (at_s := len(found) * width) <= after.at_s:
                share = (at_s - before.at_s) / (after.at_s - before.at_s)
                found.append(Point(at_s, before.arrived + share * (after.arrived - before.arrived)))
            before = after
        return found
