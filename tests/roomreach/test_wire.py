"""What an agent writes is what the wire's description says."""

import json
import math

import pytest

from examples import a_report
from roomreach.errors import Refused
from roomreach.measurement import Link, NotMeasured, Reason
from roomreach.wire import digest, encode_report


def test_a_report_says_its_version_first_and_leaves_out_what_it_does_not_know() -> None:
    payload = encode_report(a_report(measurements=(Link(signal_dbm=-61),)))
    assert payload.startswith(b'{"v":1,')
    assert json.loads(payload)["measurements"] == [{"kind": "link", "signal_dbm": -61}]


def test_what_could_not_be_measured_is_said_with_its_kind_and_reason() -> None:
    payload = encode_report(a_report(measurements=(NotMeasured(of="link", reason=Reason.NO_RADIO),)))
    assert json.loads(payload)["measurements"] == [
        {"kind": "not_measured", "of": "link", "reason": "no_radio", "detail": ""}
    ]


def test_a_number_that_json_does_not_have_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_report(a_report(measurements=(Link(rx_rate_mbps=math.nan),)))


def test_a_report_above_32_kib_is_refused_before_it_leaves() -> None:
    crowd = tuple(NotMeasured(of=f"kind_{n}", reason=Reason.TIMED_OUT, detail="x" * 190) for n in range(200))
    with pytest.raises(Refused, match="above the largest allowed"):
        encode_report(a_report(measurements=crowd))


def test_the_same_report_has_the_same_bytes_and_another_has_another_digest() -> None:
    assert encode_report(a_report()) == encode_report(a_report())
    assert digest(encode_report(a_report())) != digest(encode_report(a_report(sequence=2)))
    assert len(digest(b"")) == 16
