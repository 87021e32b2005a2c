"""Does the Wi-Fi reach a room well? Radio only ever diagnoses: a weak room that gets online is online."""

from collections.abc import Iterable

from roomreach.answers import Answer
from roomreach.measurement import Link, Measurement

WEAK_BELOW_DBM = -75
"""Practice calls -67 to -75 dBm fair and -75 to -85 dBm weak: a phone stays joined there, but is slow."""


def signal_dbm(measurements: Iterable[Measurement]) -> int | None:
    """Give the signal of a report in dBm; None where it holds none."""
    for measurement in measurements:
        match measurement:
            # The average first: one reading jumps by several dB as people walk past.
            case Link(signal_average_dbm=int(dbm)) | Link(signal_dbm=int(dbm)):
                return dbm
            case _:
                continue
    return None


def covered(measurements: Iterable[Measurement]) -> Answer:
    """Say whether the signal is not weak."""
    dbm = signal_dbm(measurements)
    if dbm is None:
        return Answer.UNKNOWN
    return Answer.NO if dbm < WEAK_BELOW_DBM else Answer.YES
