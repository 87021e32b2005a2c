"""A report that was stored is read again as it was."""

import json
from dataclasses import fields
from enum import StrEnum

import pytest

from examples import a_report
from roomreach.errors import Malformed
from roomreach.measurement import KINDS, Gateway, Link, Measurement, Method, Names, NotMeasured, Reason
from roomreach.shape import Between, Field, fields_of
from roomreach.wire import decode_stored_report, encode_report


def filled(kind: type[Measurement]) -> Measurement:
    """A measurement of which every field says something."""
    values = {field.name: some(field) for field in fields_of(kind)}
    return kind(**values)


def some(field: Field) -> object:
    if field.name == "reason":
        return Reason.NO_ANSWER
    if field.name == "method":
        return Method.TCP
    if field.choices:
        return field.choices[0]
    if isinstance(field.bound, Between):
        return field.base(field.bound.low)
    return field.base()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_comes_back_as_it_was_words_of_closed_lists_included(kind: type[Measurement]) -> None:
    before = filled(kind)
    (after,) = decode_stored_report(encode_report(a_report(measurements=(before,)))).measurements
    assert after == before
    for field in fields(before):
        value = getattr(before, field.name)
        if isinstance(value, StrEnum):
            assert type(getattr(after, field.name)) is type(value), field.name


def test_a_whole_report_comes_back_as_it_was() -> None:
    report = a_report(
        measurements=(
            Link(signal_dbm=-61),
            NotMeasured(of="latency", target="hub", reason=Reason.TIMED_OUT, detail="3 s"),
            Gateway(sent=4, received=4, median_ms=1.5, method=Method.ICMP),
            Names(target="site", reason=Reason.NO_ANSWER),
        )
    )
    assert decode_stored_report(encode_report(report)) == report


def test_what_only_a_newer_agent_says_is_left_out_and_the_rest_kept() -> None:
    document = json.loads(encode_report(a_report(measurements=(Link(signal_dbm=-61),))))
    document["mood"] = "cheerful"
    document["measurements"][0]["colour"] = "blue"
    document["measurements"] += [
        {"kind": "weather", "rain": True},
        {"kind": "names", "target": "site", "reason": "eaten_by_a_fox"},
    ]
    assert decode_stored_report(json.dumps(document).encode()).measurements == (Link(signal_dbm=-61),)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b"{}",
        b'{"v":2}',
        b'{"v":1,"measurements":7}',
        b'{"v":1,"measurements":[7]}',
        b'{"v":1,"measurements":[]}',
        b'{"v":1,"measurements":[{"kind":[]}]}',
        b'{"v":1,"measurements":[{"kind":"link","reason":{}}]}',
        b"[" * 100_000,
    ],
)
def test_anything_else_is_malformed(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode_stored_report(payload)
