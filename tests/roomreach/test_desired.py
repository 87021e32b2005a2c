"""What the server wants of an agent travels whole, or is not heard at all."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach import topics
from roomreach.desired import Desired, Slot
from roomreach.errors import Malformed
from roomreach.identifiers import AgentId
from roomreach.wire import decode_desired, encode_desired

SLOT = Slot(
    start_ms=1_795_348_800_000,
    latest_ms=1_795_348_860_000,
    most_bytes=14_000_000,
    targets=("server", "reference"),
)
DESIRED = Desired(version=7, issued_ms=1_795_305_600_000, tests=(SLOT,))

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


def changed(**fields: object) -> bytes:
    return json.dumps(json.loads(encode_desired(DESIRED)) | fields).encode()


def with_slot(**fields: object) -> bytes:
    slot = json.loads(encode_desired(DESIRED))["tests"][0]
    return changed(tests=[slot | fields])


@given(
    st.builds(Desired, version=_NUMBERS, issued_ms=_NUMBERS, tests=st.lists(_SLOTS, max_size=20).map(tuple))
)
def test_what_is_written_is_read(desired: Desired) -> None:
    assert decode_desired(encode_desired(desired)) == desired


def test_a_newer_server_is_understood_as_far_as_possible() -> None:
    assert decode_desired(changed(colour="red")) == DESIRED
    assert decode_desired(with_slot(colour="red")) == DESIRED
    assert decode_desired(with_slot(targets=["moon", "server"])).tests[0].targets == ("server",)
    assert decode_desired(with_slot(targets=["moon"])).tests == ()
    assert decode_desired(b'{"v":1,"version":1,"issued_ms":1}').tests == ()


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
