"""Stretches of time, in seconds since 1970: from ``begin_s`` up to but not including ``end_s``."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of time."""

    begin_s: float
    end_s: float

    @property
    def lasts_s(self) -> float:
        """How long it is."""
        return self.end_s - self.begin_s

    def at(self, at_s: float) -> bool:
        """Whether a moment lies in it."""
        return self.begin_s <= at_s < self.end_s

    def share(self, share: float) -> float:
        """Give the moment at which so much of it is over: 0 is its begin, 1 its end."""
        return self.begin_s + share * self.lasts_s

    def lasting(self, share: float, hours: float) -> "Span":
        """Give a stretch of so many hours that begins when so much of this one is over."""
        begin_s = self.share(share)
        return Span(begin_s, begin_s + hours * 3600)


def within(spans: Iterable[Span], at_s: float) -> bool:
    """Whether a moment lies in any of them."""
    return any(span.at(at_s) for span in spans)
