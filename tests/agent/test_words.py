"""What a person reads about a measurement."""

import pytest

from roomreach.measurement import (
    KINDS,
    Gateway,
    Health,
    Latency,
    Link,
    Method,
    Names,
    NotMeasured,
    Reason,
)
from roomreach.shape import fields_of
from roomreach_agent.words import QUESTIONS, REASONS, sentence


@pytest.mark.parametrize(
    ("measurement", "said"),
    [
        (
            Link(signal_dbm=-61, signal_average_dbm=-60, frequency_mhz=5180.0, tx_rate_mbps=390.0),
            "Wi-Fi: signal -61 dBm, average -60 dBm, on 5180 MHz, sending at 390 Mbit/s.",
        ),
        (Link(reason=Reason.NOT_ASSOCIATED), "Wi-Fi: failed: the radio is joined to no network."),
        (Link(), "Wi-Fi: measured, and the machine told nothing."),
        (
            NotMeasured(of="link", reason=Reason.NO_PROGRAM, detail="the program iw is not installed"),
            "Wi-Fi: not measured: a program is missing (the program iw is not installed).",
        ),
        (
            Gateway(
                method=Method.ICMP, sent=5, received=4, min_ms=0.9, median_ms=1.25, p95_ms=3.0, spread_ms=2.1
            ),
            "Router: answered 4 of 5 by ICMP, median 1.25 ms, lowest 0.9 ms, 95th percentile 3 ms.",
        ),
        (Gateway(reason=Reason.NO_ROUTE), "Router: failed: there is no way out of this machine."),
        (
            Latency(target="anchor_1", reason=Reason.NO_ANSWER, method=Method.TCP, sent=5),
            "Way to anchor 1: failed: nothing answered, asked 5 times by TCP.",
        ),
        (
            Names(target="site", answer_ms=12.5, rcode=0),
            "The building's resolver: answered in 12.5 ms with code 0.",
        ),
        (
            Names(target="other", answer_ms=3.0, rcode=2, reason=Reason.SERVER_FAILURE),
            "The other resolver: failed: the resolver said that it failed, answered in 3 ms with code 2.",
        ),
        (Names(target="site", reason=Reason.NO_ANSWER), "The building's resolver: failed: nothing answered."),
        (
            Health(temperature_c=48.3, uptime_s=60, clock_synchronised=False),
            "This agent: 48.3 °C, up for 60 s, clock not synchronised.",
        ),
    ],
)
def test_a_measurement_is_one_sentence_with_units(measurement, said):
    assert sentence(measurement) == said


def test_every_reason_and_every_question_has_words():
    assert set(REASONS) == set(Reason)
    asked = set()
    for kind, shape in KINDS.items():
        choices = next((f.choices for f in fields_of(shape) if f.name == "target"), None)
        asked |= {(kind, target) for target in choices or (None,)}
    assert set(QUESTIONS) == asked
