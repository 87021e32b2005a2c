"""The door: what comes in is as defined, or refused with a reason that repeats nothing."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from collecting import TYPICAL, a_report
from roomreach.measurement import KINDS, Measurement, NotMeasured
from roomreach.receipt import Refusal
from roomreach.report import LARGEST_BYTES, Report
from roomreach.shape import Between, Field, Text, faults, fields_of
from roomreach.wire import encode_report, measurement_document
from roomreach_collector.codec import Codec, NotAReport

WIRE = Path(__file__).parent.parent / "wire" / "v1"
PLACE = "St Mary's, 5 Elm Road"

codec = Codec()


def document(*measurements: dict[str, Any], **changed: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(encode_report(a_report(sequence=7)))
    return {**read, "measurements": list(measurements), **changed}


def refusal_of(what: object) -> NotAReport:
    payload = what if isinstance(what, bytes) else json.dumps(what).encode()
    with pytest.raises(NotAReport) as raised:
        codec.decode(payload)
    assert "Mary" not in str(raised.value)
    return raised.value


@settings(max_examples=50)
@given(strategies.reports())
def test_a_report_comes_out_as_it_went_in(report: Report) -> None:
    decoded = codec.decode(encode_report(report))
    assert decoded.report == report
    assert not decoded.set_aside


def test_a_report_comes_out_in_the_language_s_own_types() -> None:
    report = codec.decode(encode_report(a_report(measurements=TYPICAL))).report
    for made, meant in zip(report.measurements, TYPICAL, strict=True):
        assert type(made) is type(meant)
        assert [type(getattr(made, f.name)) for f in fields_of(type(meant))] == [
            type(getattr(meant, f.name)) for f in fields_of(type(meant))
        ]


def beyond(field: Field) -> Iterator[object]:
    """Values that a field may not have, one for each thing its definition says."""
    match field:
        case Field(choices=tuple()):
            yield from (PLACE, 5)
        case Field(base=base, bound=Between(low, high)) if base is int:
            yield from (int(low) - 1, int(high) + 1, 10**30, low + 0.5, True, "5")
        case Field(bound=Between(low, high)):
            yield from (math.nextafter(low, -math.inf), math.nextafter(high, math.inf), 10**30, True, "5")
        case Field(bound=Text(longest, pattern)):
            yield from ("x" * (longest + 1), 5)
            texts = (PLACE, "", "room_1\n", "aa:bb:cc:dd:ee:ff", "192.0.2.7", f"room_1 {PLACE}")
            yield from (text for text in texts if not re.fullmatch(pattern, text, re.DOTALL))
        case Field(base=base) if base is bool:
            yield from (1, "true")
    if field.name != "measurements":
        yield from ([], {})
    if not field.optional:
        yield None


def every_bound() -> Iterator[Any]:
    for kind in (Report, *KINDS.values(), NotMeasured):
        for field in fields_of(kind):
            for value in beyond(field):
                yield pytest.param(kind, field, value, id=f"{kind.__name__}.{field.name}={str(value)[:20]!r}")


def least(kind: type[Measurement]) -> dict[str, Any]:
    """The shortest document of a kind."""
    needed = {
        field.name: field.choices[0] if field.choices else "portal"
        for field in fields_of(kind)
        if field.required
    }
    return {"kind": kind.kind, **needed}


@pytest.mark.parametrize(("kind", "field", "value"), list(every_bound()))
def test_every_bound_of_every_field_is_enforced(kind: Any, field: Field, value: object) -> None:
    if kind is Report:
        good, bad = document(), document(**{field.name: value})
    else:
        good, bad = document(least(kind)), document({**least(kind), field.name: value})
    assert codec.decode(json.dumps(good).encode()).set_aside == ()
    refused = refusal_of(bad)
    assert refused.refusal is Refusal.OUT_OF_BOUNDS
    assert field.name in str(refused)


@pytest.mark.parametrize("kind", [Report, *KINDS.values(), NotMeasured])
def test_what_is_required_is_required(kind: Any) -> None:
    for field in (field for field in fields_of(kind) if field.required):
        whole = document() if kind is Report else document(least(kind))
        (whole if kind is Report else whole["measurements"][0]).pop(field.name)
        assert field.name in str(refusal_of(whole))


WHOLE = [encode_report(a_report(measurements=TYPICAL[start:])) for start in range(len(TYPICAL))]


@settings(max_examples=500)
@given(strategies.damaged(st.sampled_from(WHOLE)))
def test_whatever_is_let_in_is_within_its_bounds(payload: bytes) -> None:
    try:
        report = codec.decode(payload).report
    except NotAReport:
        return
    assert not faults(report)
    assert not [fault for measurement in report.measurements for fault in faults(measurement)]


DEEP = b"[" * 15_000 + b"]" * 15_000


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"hello",
        b"[]",
        b"null",
        b'"v"',
        b"\xff\xfe",
        b'{"v":1',
        b'{"v":1} {"v":1}',
        b'{"measurements":[]}',
        b'{"v":true}',
        b'{"v":"1"}',
        b'{"v":NaN}',
        DEEP,
        b'{"v":1,"later":' + DEEP + b"}",
        encode_report(a_report())[:-20],
        encode_report(a_report()).replace(b"0f8fad5b", b'\\ud800"'),
        json.dumps(document({"kind": "gateway"}, {"kind": "gateway"})).encode(),
        json.dumps(document({"kind": "gateway", "sent": 1, "received": 2})).encode(),
        json.dumps(document(highest=1)).encode(),
    ],
)
def test_what_is_no_report_is_malformed(payload: bytes) -> None:
    assert refusal_of(payload).refusal is Refusal.MALFORMED


def test_a_report_above_32_kib_is_too_large_whatever_it_holds() -> None:
    fits = json.dumps(document(later="")).encode()
    padded = fits.replace(b'"later": ""', b'"later": "%b"' % (b"x" * (LARGEST_BYTES - len(fits))))
    assert len(padded) == LARGEST_BYTES
    assert codec.decode(padded)
    assert refusal_of(padded + b" ").refusal is Refusal.TOO_LARGE


@pytest.mark.parametrize("version", [0, 2, 10**6])
def test_another_version_is_refused_as_such_whatever_else_it_holds(version: int) -> None:
    assert refusal_of({"v": version, "words": ["we", "do not know"]}).refusal is Refusal.WRONG_VERSION


def test_what_a_newer_agent_says_is_set_aside_and_the_rest_is_kept() -> None:
    known = measurement_document(TYPICAL[1])
    decoded = codec.decode(
        json.dumps(
            document(
                known,
                {"kind": "portal", "behind": "a page", "target": 5},
                {"kind": "portal", "again": True},
                {"kind": "latency", "target": "anchor_9"},
                {"kind": "latency", "target": "hub", "method": "quic"},
                {"kind": "names", "target": "site", "reason": "hijacked"},
                {"kind": "not_measured", "of": "portal", "reason": "asleep"},
                later={"deep": [1, {}]},
            )
        ).encode()
    )
    assert decoded.report.measurements == (TYPICAL[1],)
    assert decoded.set_aside == (
        "portal",
        "latency.anchor_9",
        "latency.quic",
        "names.hijacked",
        "not_measured.asleep",
    )


def test_a_failure_for_an_unknown_reason_never_reads_as_a_success() -> None:
    decoded = codec.decode(json.dumps(document({"kind": "gateway", "reason": "on_fire"})).encode())
    assert decoded.report.measurements == ()


def test_bounds_hold_beside_what_is_set_aside() -> None:
    beside = {"kind": "portal"}
    refused = refusal_of(document(beside, {"kind": "health", "cpu_percent": 101}))
    assert refused.refusal is Refusal.OUT_OF_BOUNDS


@pytest.mark.parametrize("kind", [PLACE, "Portal", "", 5, None, "x" * 33])
def test_only_a_word_is_set_aside_as_an_unknown_kind(kind: object) -> None:
    assert refusal_of(document({"kind": kind})).refusal is Refusal.OUT_OF_BOUNDS


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda s: st.lists(s) | st.dictionaries(st.text(), s),
    )
)
def test_no_json_gets_past_the_door_by_breaking_it(anything: object) -> None:
    refusal_of(json.dumps({"v": 1, "measurements": anything}).encode())


SHIPPED: dict[str, tuple[str, ...]] = {
    "full.json": (),
    "nothing_measured.json": (),
    "unsynchronised.json": (),
    "with_an_unknown_field.json": (),
    "with_an_unknown_kind.json": ("portal",),
    "with_an_unknown_word.json": ("latency.anchor_9",),
}


def test_every_report_ever_shipped_is_replayed() -> None:
    assert {path.name for path in WIRE.glob("*.json")} == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_report_as_shipped_agents_send_it_is_read(name: str) -> None:
    payload = (WIRE / name).read_bytes().rstrip(b"\n")
    decoded = codec.decode(payload)
    assert decoded.set_aside == SHIPPED[name]
    assert decoded.report.measurements
    if "unknown" not in name:
        assert encode_report(decoded.report) == payload
