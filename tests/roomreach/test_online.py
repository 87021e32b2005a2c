"""Can a resident get online?"""

import pytest

from roomreach.measurement import Gateway, Health, Latency, Link, Measurement, Names, NotMeasured, Reason
from roomreach.online import Online, judge

GATEWAY, NO_GATEWAY = Gateway(sent=5, received=5), Gateway(sent=5, reason=Reason.NO_ANSWER)
HUB, NO_HUB = Latency(target="hub"), Latency(target="hub", reason=Reason.NO_ANSWER)
ANCHOR, NO_ANCHOR = Latency(target="anchor_1"), Latency(target="anchor_1", reason=Reason.NO_ANSWER)
NAMES, NO_NAMES = Names(target="site"), Names(target="site", reason=Reason.NO_ANSWER)
OTHER = Names(target="other")
UNASKED = NotMeasured(of="latency", reason=Reason.NOT_CONFIGURED)


@pytest.mark.parametrize(
    ("measurements", "online"),
    [
        ((GATEWAY, HUB, NAMES), Online.YES),
        ((GATEWAY,), Online.YES),
        ((NO_GATEWAY, NO_HUB, NO_NAMES), Online.NO),
        ((GATEWAY, NO_HUB, NO_NAMES), Online.NO),
        ((GATEWAY, HUB, NO_NAMES), Online.NO),
        ((GATEWAY, NO_HUB, NAMES), Online.NO),
        ((NO_GATEWAY,), Online.NO),
        # A router that ignores pings is no fault when something beyond it answers.
        ((NO_GATEWAY, HUB, NAMES), Online.YES),
        ((NO_GATEWAY, NAMES), Online.YES),
        # One of several targets failing is a cause to look into, not a room offline.
        ((GATEWAY, HUB, NO_ANCHOR, NAMES), Online.YES),
        ((GATEWAY, HUB, NO_NAMES, OTHER), Online.YES),
        # What could not be asked is no evidence either way.
        ((GATEWAY, UNASKED, NAMES), Online.YES),
        ((UNASKED,), Online.UNKNOWN),
        ((Link(reason=Reason.NOT_ASSOCIATED), Health()), Online.UNKNOWN),
        ((), Online.UNKNOWN),
    ],
)
def test_a_room_is_offline_when_every_attempt_of_a_rung_failed(
    measurements: tuple[Measurement, ...], online: Online
) -> None:
    assert judge(measurements).online is online


def test_the_judgement_says_what_failed() -> None:
    assert judge((GATEWAY, NO_HUB, NO_NAMES)).reason == (
        "nothing outside the building answers and names cannot be looked up"
    )


def test_a_yes_says_what_did_not_answer_all_the_same() -> None:
    assert (
        judge((NO_GATEWAY, HUB)).reason == "hosts beyond the router answer, though the router itself does not"
    )
    assert (
        judge((GATEWAY, HUB, NO_ANCHOR)).reason == "enough of what was asked answered, though not all of it"
    )
    assert judge((GATEWAY, HUB)).reason == "everything asked answered"
