"""From what was measured to bytes: a draft while the clock is in doubt, the final bytes after."""

from collections.abc import Iterator
from dataclasses import replace

from roomreach.errors import Refused
from roomreach.measurement import Measurement, NotMeasured, Reason
from roomreach.report import LARGEST_BYTES, Report, question
from roomreach.wire import decode_stored_report, encode_report

# Dating a draft may lengthen its numbers, never by so much.
_ROOM_TO_DATE = 64
# More than any kind of measurement needs, little enough for all of them.
_LARGEST_MEASUREMENT = LARGEST_BYTES // 16


def draft(report: Report) -> bytes:
    """Write a report that can always be sent: what cannot be written becomes *not measured*, or is left out.

    A probe's fault costs its own measurement. It never costs the report, nor the reports behind it.
    """
    for measurements in (report.measurements, tuple(_writable(report))):
        payload = _encoded(replace(report, measurements=measurements))
        if payload is not None and len(payload) <= LARGEST_BYTES - _ROOM_TO_DATE:
            return payload
    return encode_report(replace(report, measurements=()))


def dated(payload: bytes, *, taken_ms: int, synchronised: bool, highest: int, dropped: int) -> bytes:
    """Give a draft its time, and what was true of its outbox just then. Raises ``Malformed`` for no draft."""
    report = decode_stored_report(payload)
    return encode_report(
        replace(report, taken_ms=taken_ms, synchronised=synchronised, highest=highest, dropped=dropped)
    )


def _writable(report: Report) -> Iterator[Measurement]:
    for one in report.measurements:
        payload = _encoded(replace(report, measurements=(one,)))
        if payload is not None and len(payload) <= _LARGEST_MEASUREMENT:
            yield one
            continue
        kind, target = question(one)
        yield NotMeasured(of=kind, target=target, reason=Reason.IMPLAUSIBLE, detail="it could not be written")


def _encoded(report: Report) -> bytes | None:
    try:
        return encode_report(report)
    except (Refused, ValueError, TypeError):  # too large, not a number, or no value of the wire at all
        return None
