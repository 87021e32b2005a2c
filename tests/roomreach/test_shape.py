"""The one definition of a measurement: its fields, types and bounds."""

import math

import pytest

from roomreach.measurement import KINDS, Gateway, Latency, Link, NotMeasured, Reason
from roomreach.shape import Between, Text, faults, fields_of


def test_the_fields_of_a_kind_are_read_with_their_type_unit_and_bounds() -> None:
    signal = next(field for field in fields_of(Link) if field.name == "signal_dbm")
    assert signal.base is int
    assert signal.optional
    assert signal.unit == "dBm"
    assert signal.bound == Between(-110, -5, "dBm")


def test_a_closed_list_of_targets_is_read_as_choices() -> None:
    target = next(field for field in fields_of(Latency) if field.name == "target")
    assert target.required
    assert target.choices == ("hub", "anchor_1", "anchor_2", "anchor_3")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_number_and_every_free_text_has_a_bound(kind: type) -> None:
    for field in fields_of(kind):
        if field.base in {int, float}:
            assert isinstance(field.bound, Between), field.name
        if field.base is str and field.choices is None:
            assert isinstance(field.bound, Text), field.name


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_has_at_most_four_targets(kind: type) -> None:
    assert all(len(f.choices or ()) <= 4 for f in fields_of(kind) if f.name == "target")


@pytest.mark.parametrize(
    ("measurement", "fault"),
    [
        (Link(signal_dbm=-111), "signal_dbm is -111, expected -110 to -5 dBm"),
        (Link(signal_dbm=0), "signal_dbm is 0, expected -110 to -5 dBm"),
        (Link(signal_dbm=True), "signal_dbm is True, expected int"),
        (Link(signal_dbm=-60.5), "signal_dbm is -60.5, expected int"),  # type: ignore[arg-type]
        (Link(rx_rate_mbps=math.nan), "rx_rate_mbps is nan, expected 0 to 50000 Mbit/s"),
        (Latency(target="moon"), "target is 'moon', expected one of hub, anchor_1, anchor_2, anchor_3"),  # type: ignore[arg-type]
        (NotMeasured(of="Link!", reason=Reason.NO_RADIO), "of is 'Link!', expected the form [a-z][a-z0-9_]*"),
        (NotMeasured(of="link", reason=Reason.NO_RADIO, detail="x" * 201), "detail has 201 characters"),
        (NotMeasured(of="link", reason=None), "reason is missing"),  # type: ignore[arg-type]
    ],
)
def test_a_broken_bound_is_said_in_a_sentence(measurement: object, fault: str) -> None:
    (said,) = faults(measurement)
    assert said.startswith(fault)


@pytest.mark.parametrize(
    "measurement", [Link(), Link(signal_dbm=-110, rx_rate_mbps=6), Gateway(sent=5, received=5)]
)
def test_what_keeps_its_bounds_has_no_fault(measurement: object) -> None:
    assert faults(measurement) == []


def test_a_whole_number_may_stand_where_a_fraction_may() -> None:
    assert faults(Gateway(sent=1, received=1, min_ms=3)) == []
