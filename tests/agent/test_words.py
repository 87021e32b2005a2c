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
    Throughput,
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
        (
            Throughput(
                target="server",
                engine="own",
                download_mbps=31.25,
                upload_mbps=6.0,
                upload_low_mbps=5.0,
                upload_high_mbps=8.0,
                idle_ms=12.0,
                download_loaded_ms=48.0,
                limited_by="cpu",
                lasted_s=3.2,
            ),
            (
                "The line: download 31.2 Mbit/s, upload between 5.0 and 8.0 Mbit/s, 12 ms while quiet, "
                "48 ms while downloading, held back by this machine's cpu, in 3.2 s."
            ),
        ),
        (
            Throughput(
                target="reference",
                download_mbps=31.25,
                download_low_mbps=20.0,
                upload_high_mbps=8.0,
                idle_ms=3.0,
            ),
            "The Wi-Fi alone: download at least 20.0 Mbit/s, upload at most 8.0 Mbit/s, 3 ms while quiet.",
        ),
        (
            Throughput(target="server", engine="speedtest_cli", reason=Reason.DOWNLOAD_REFUSED),
            "The line: failed: the test service refused every download.",
        ),
        (
            NotMeasured(of="throughput", target="server", reason=Reason.BUDGET_SPENT),
            "The line: not measured: the day's allowance of data is used up.",
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
