"""A receipt travels and means the same at both ends."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import OUTBOX, TAKEN_MS
from roomreach.errors import Malformed
from roomreach.receipt import Receipt, Refusal, Refusing, ranges
from roomreach.wire import decode_receipt, encode_receipt

sequences = st.integers(1, 2**53)
spans = st.tuples(sequences, sequences)
refusals = st.builds(
    Refusing,
    sequence=sequences,
    digest=st.text("0123456789abcdef", min_size=16, max_size=16),
    reason=st.sampled_from(Refusal),
    detail=st.text(max_size=50),
)


@given(st.lists(spans).map(tuple), st.lists(refusals).map(tuple))
def test_a_receipt_survives_the_wire(
    stored: tuple[tuple[int, int], ...], refused: tuple[Refusing, ...]
) -> None:
    receipt = Receipt(TAKEN_MS, OUTBOX, stored, refused)
    assert decode_receipt(encode_receipt(receipt)) == receipt


def test_a_greeting_carries_the_time_and_no_report() -> None:
    greeting = decode_receipt(encode_receipt(Receipt(TAKEN_MS)))
    assert greeting == Receipt(TAKEN_MS)


def test_a_reason_from_a_newer_collector_is_read_as_not_storable() -> None:
    payload = b'{"v":1,"at_ms":1,"outbox":"o-222222","refused":[{"sequence":1,"digest":"00","reason":"new"}]}'
    assert decode_receipt(payload).refused[0].reason is Refusal.NOT_STORABLE


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b'{"v":2,"at_ms":1}',
        b'{"v":1,"at_ms":1e999}',
        b'{"v":1,"at_ms":1,"stored":7}',
        b'{"v":1,"at_ms":1,"stored":[[1]]}',
        b'{"v":1,"at_ms":1,"refused":[1]}',
        b'{"v":1,"at_ms":1,"refused":[{"sequence":1,"digest":"0","reason":[]}]}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_what_is_no_receipt_is_malformed(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode_receipt(payload)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader_of_receipts(payload: bytes) -> None:
    with suppress(Malformed):
        decode_receipt(payload)


@given(st.lists(st.integers(1, 60)))
def test_ranges_hold_exactly_the_sequences_and_never_touch(numbers: list[int]) -> None:
    found = ranges(numbers)
    assert [n for first, last in found for n in range(first, last + 1)] == sorted(set(numbers))
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(found))
