"""Is the Wi-Fi signal of a room weak? Radio only ever diagnoses: a weak room that gets online is online."""

from collections.abc import Iterable

from roomreach.measurement import Link, Measurement

WEAK_BELOW_DBM = -75
"""Practice calls -67 to -75 dBm fair and -75 to -85 dBm weak: a phone stays joined there, but is slow."""


def weak_dbm(measurements: Iterable[Measurement]) -> int | None:
    """Give the signal where it is weak, in dBm; None where it is not, or not known."""
    for measurement in measurements:
        match measurement:
            # The average first: one reading jumps by several dB as people walk past.
            case Link(signal_average_dbm=int(dbm)) | Link(signal_dbm=int(dbm)):
                return dbm if dbm < WEAK_BELOW_DBM else None
            case _:
                continue
    return None
