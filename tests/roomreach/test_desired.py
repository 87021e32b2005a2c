"""What the server wants of an agent travels whole, or is not heard at all."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach import topics
from roomreach.desired import Desired, Share, Slot
from roomreach.errors import Malformed
from roomreach.identifiers import AgentId
from roomreach.wire import decode_desired, encode_desired

SLOT = Slot(
    start_ms=1_795_348_800_000,
    latest_ms=1_795_348_860_000,
    most_bytes=14_000_000,
    targets=("server", "reference"),
)
SHARE = Share(from_ms=1_795_305_600_000, until_ms=1_795_392_000_000, most_bytes=275_000_000)
DESIRED = Desired(version=7, issued_ms=1_795_305_600_000, tests=(SLOT,), shares=(SHARE,), may_publish=True)

_NUMBERS = st.integers(0, 2**53)
_SLOTS = st.builds(
    lambda start, wait, cost, targets: Slot(
        start_ms=start, latest_ms=start + wait, most_bytes=cost, targets=targets
    ),
    st.integers(0, 2**52),
    st.integers(0, 2**52),
    _NUMBERS,
    st.sampled_from([("server",), ("reference",), ("server", "reference")]),
)
_SHARES = st.builds(
    lambda start, lasts, most: Share(from_ms=start, until_ms=start + lasts, most_bytes=most),
    st.integers(0, 2**52),
    st.integers(0, 2**52),
    _NUMBERS,
)


def changed(**fields: object) -> bytes:
    return json.dumps(json.loads(encode_desired(DESIRED)) | fields).encode()


def with_share(**fields: object) -> bytes:
    share = json.loads(encode_desired(DESIRED))["shares"][0]
    return changed(shares=[share | fields])


def with_slot(**fields: object) -> bytes:
    slot = json.loads(encode_desired(DESIRED))["tests"][0]
    return changed(tests=[slot | fields])


@given(
    st.builds(
        Desired,
        version=_NUMBERS,
        issued_ms=_NUMBERS,
        tests=st.lists(_SLOTS, max_size=20).map(tuple),
        shares=st.lists(_SHARES, max_size=4).map(tuple),
        may_publish=st.booleans(),
    )
)
def test_what_is_written_is_read(desired: Desired) -> None:
    assert decode_desired(encode_desired(desired)) == desired


def test_a_newer_server_is_understood_as_far_as_possible() -> None:
    assert decode_desired(changed(colour="red")) == DESIRED
    assert decode_desired(with_slot(colour="red")) == DESIRED
    assert decode_desired(with_slot(targets=["moon", "server"])).tests[0].targets == ("server",)
    assert decode_desired(with_slot(targets=["moon"])).tests == ()
    assert decode_desired(with_share(colour="red")) == DESIRED


def test_an_older_server_shares_nothing_out_and_allows_nothing_to_be_published() -> None:
    read = decode_desired(b'{"v":1,"version":1,"issued_ms":1}')
    assert (read.tests, read.shares, read.may_publish) == ((), (), False)


def test_a_share_holds_between_its_moments_and_of_two_the_smaller_one() -> None:
    small = Share(from_ms=SHARE.until_ms - 5, until_ms=SHARE.until_ms + 5, most_bytes=1)
    desired = Desired(version=1, issued_ms=1, shares=(SHARE, small))
    assert desired.share_at(SHARE.from_ms - 1) is None
    assert desired.share_at(SHARE.from_ms) == SHARE
    assert desired.share_at(SHARE.until_ms - 1) == desired.share_at(SHARE.until_ms) == small
    assert desired.share_at(SHARE.until_ms + 5) is None


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b"{}",
        b"[" * 50_000,
        b" " * 40_000 + b"{}",
        changed(v=2),
        changed(version="8"),
        changed(version=-1),
        changed(version=1.5),
        changed(version=True),
        changed(version=2**60),
        changed(issued_ms=None),
        changed(tests=5),
        changed(tests=[5]),
        changed(tests={"a": 1}),
        with_slot(start_ms="now"),
        with_slot(most_bytes=-1),
        with_slot(most_bytes=float("nan")),
        with_slot(targets=None),
        with_slot(latest_ms=SLOT.start_ms - 1),
        changed(shares=[5]),
        with_share(most_bytes=-1),
        with_share(until_ms=SHARE.from_ms - 1),
        changed(may_publish="yes"),
        changed(may_publish=1),
    ],
)
def test_what_is_not_understood_is_malformed_as_a_whole(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode_desired(payload)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(payload: bytes) -> None:
    with suppress(Malformed):
        assert decode_desired(payload).version >= 0


def test_an_agent_has_one_topic_for_it_that_is_nobody_s_report() -> None:
    topic = topics.desired(AgentId("a-bcdfghjkmn"))
    assert topic == "roomreach/v1/agents/a-bcdfghjkmn/desired"
    assert topics.key_of(topic) is None
    assert topics.greeting_of(topic) is None
