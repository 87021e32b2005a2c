"""Can a resident get online, and since when not?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.measurement import Gateway, Health, Latency, Link, Measurement, Names, NotMeasured, Reason
from roomreach.online import REMEMBERED, Online, Run, judge

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


def run_of(*reports: tuple[int, Online]) -> Run:
    run = Run()
    for taken_ms, online in reports:
        run = run.with_report(taken_ms, online)
    return run


def test_offline_counts_from_the_first_report_in_a_row_that_says_so() -> None:
    run = run_of((1, Online.NO), (2, Online.YES), (3, Online.NO), (4, Online.NO))
    assert run.offline_since_ms == 3
    assert run.with_report(5, Online.YES).offline_since_ms is None


def test_not_knowing_ends_a_row_because_it_proves_nothing() -> None:
    assert run_of((1, Online.NO), (2, Online.UNKNOWN), (3, Online.NO)).offline_since_ms == 3


def test_an_outage_longer_than_what_is_remembered_keeps_its_beginning() -> None:
    assert run_of(*((n, Online.NO) for n in range(10, 500))).offline_since_ms == 10


reports = st.dictionaries(st.integers(1, 10_000), st.sampled_from(Online), min_size=1, max_size=REMEMBERED)


@given(reports, st.randoms())
def test_the_order_of_arrival_changes_nothing(facts: dict[int, Online], random: object) -> None:
    in_order = sorted(facts.items())
    shuffled = in_order * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert run_of(*shuffled) == run_of(*in_order)


@given(st.lists(st.sampled_from(Online), min_size=1, max_size=3 * REMEMBERED))
def test_since_is_what_reading_the_whole_history_says(history: list[Online]) -> None:
    since = None
    for taken_ms, online in enumerate(history):
        since = (taken_ms if since is None else since) if online is Online.NO else None
    assert run_of(*enumerate(history)).offline_since_ms == since
