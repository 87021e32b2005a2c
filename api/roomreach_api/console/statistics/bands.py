"""Which word does a figure get? The bands of the standard for connectivity in temporary accommodation.

Signal: -67 dBm is what networks for voice are planned to, and practice calls -67 to -75 fair and -75 to -85
weak. Response: calls ask for 60 ms at the site's edge and 100 ms at the device; beyond 300 ms nobody talks.
Download: 10 Mbit/s is what everybody in Britain may ask for by law.
"""

from dataclasses import dataclass
from enum import StrEnum

from roomreach.coverage import WEAK_BELOW_DBM


class Shade(StrEnum):
    """How good, in four steps; a word and a number always stand beside it."""

    GOOD = "good"
    ENOUGH = "enough"
    POOR = "poor"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Band:
    """A word for a figure, and how good that is."""

    word: str
    shade: Shade


def signal(dbm: float) -> Band:
    """Name a signal (dBm)."""
    if dbm >= -60:  # noqa: PLR2004 - the standard's
        return Band("strong", Shade.GOOD)
    if dbm >= -67:  # noqa: PLR2004 - the standard's
        return Band("good", Shade.ENOUGH)
    if dbm >= WEAK_BELOW_DBM:
        return Band("fair", Shade.POOR)
    return Band("weak", Shade.BAD) if dbm >= -85 else Band("very weak", Shade.BAD)  # noqa: PLR2004 - as above


def response(ms: float) -> Band:
    """Name a time to answer (ms)."""
    if ms <= 60:  # noqa: PLR2004 - the standard's
        return Band("quick", Shade.GOOD)
    if ms <= 100:  # noqa: PLR2004 - the standard's
        return Band("fair", Shade.ENOUGH)
    return Band("slow", Shade.POOR) if ms <= 300 else Band("very slow", Shade.BAD)  # noqa: PLR2004 - as above


def download(mbps: float) -> Band:
    """Name a download rate (Mbit/s)."""
    if mbps >= 30:  # noqa: PLR2004 - the standard's
        return Band("fast", Shade.GOOD)
    return Band("enough", Shade.ENOUGH) if mbps >= 10 else Band("slow", Shade.BAD)  # noqa: PLR2004 - as above


def upload(mbps: float) -> Band:
    """Name an upload rate (Mbit/s)."""
    if mbps >= 5:  # noqa: PLR2004 - the standard's
        return Band("fast", Shade.GOOD)
    return Band("enough", Shade.ENOUGH) if mbps >= 2 else Band("slow", Shade.BAD)  # noqa: PLR2004 - as above
