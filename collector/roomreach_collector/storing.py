"""Which reports of a batch can never be stored? Every other one is, once this returns."""

import logging
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from roomreach.errors import Refused
from roomreach.series import Point
from roomreach_collector.faults import INTERNAL_ERROR, where
from roomreach_store.series import PointsRefused, SeriesStore

_LONGEST_REASON = 200

# An error about a value is that of a report; any other is the store's, or the machine's.
_ABOUT_A_VALUE = (Refused, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

_Numbered = Sequence[tuple[int, Sequence[Point]]]

_log = logging.getLogger(__name__)


def store(series: SeriesStore, reports: Sequence[Sequence[Point]]) -> dict[int, str]:
    """Write the points of several reports; give, by its index, why each that is not storable is not.

    Raises ``Unavailable`` when it is not known what was stored: write all of it again. Any other error is
    a mistake of ours that no single report causes.
    """
    numbered = list(enumerate(reports))
    try:
        return _write(series, numbered) if numbered else {}
    except _ABOUT_A_VALUE as exc:
        _log.error("a batch could not be written, by a mistake of ours: %s", where(exc))
        faults = _sift(series, numbered)
        if 1 < len(numbered) == len(faults):
            raise
        return faults


def _write(series: SeriesStore, reports: _Numbered) -> dict[int, str]:
    try:
        series.write([point for _, points in reports for point in points])
    except PointsRefused as exc:
        ends = list(accumulate(len(points) for _, points in reports))
        return {
            reports[bisect_right(ends, place)][0]: reason[:_LONGEST_REASON]
            for place, reason in sorted(exc.faults.items(), reverse=True)
        }
    return {}


def _sift(series: SeriesStore, reports: _Numbered) -> dict[int, str]:
    try:
        return _write(series, reports)
    except _ABOUT_A_VALUE:
        if len(reports) == 1:
            return {reports[0][0]: INTERNAL_ERROR}
        half = len(reports) // 2
        return _sift(series, reports[:half]) | _sift(series, reports[half:])
