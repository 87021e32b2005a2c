"""Is the Wi-Fi of a room weak?"""

import pytest

from roomreach.answers import Answer
from roomreach.coverage import WEAK_BELOW_DBM, covered, signal_dbm
from roomreach.measurement import Health, Link, Measurement, NotMeasured, Reason


@pytest.mark.parametrize(
    ("measurements", "answer"),
    [
        ((Link(signal_dbm=WEAK_BELOW_DBM),), Answer.YES),
        ((Link(signal_dbm=WEAK_BELOW_DBM - 1),), Answer.NO),
        ((Link(),), Answer.UNKNOWN),
        ((Link(reason=Reason.NOT_ASSOCIATED),), Answer.UNKNOWN),
        ((NotMeasured(of="link", reason=Reason.NO_RADIO), Health()), Answer.UNKNOWN),
        ((), Answer.UNKNOWN),
    ],
)
def test_a_signal_on_the_threshold_is_not_weak_and_one_below_it_is(
    measurements: tuple[Measurement, ...], answer: Answer
) -> None:
    assert covered(measurements) is answer


def test_the_average_speaks_before_one_reading() -> None:
    assert signal_dbm((Health(), Link(signal_dbm=-50, signal_average_dbm=-80))) == -80
