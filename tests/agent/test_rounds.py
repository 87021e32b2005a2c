"""A round of questions: whatever goes wrong is a measurement."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.measurement import Gateway, Health, Latency, Link, Measurement, Names, NotMeasured, Reason
from roomreach.report import question
from roomreach.shape import faults
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.rounds import take


@dataclass
class Answering:
    """A probe that gives, or raises, what it is told."""

    answers: Sequence[Measurement] | Exception
    kind: str = "names"
    targets: tuple[str, ...] = field(default=())

    def measure(self) -> Sequence[Measurement]:
        if isinstance(self.answers, Exception):
            raise self.answers
        return self.answers


def test_every_probe_is_asked_in_order():
    names, gateway = Names(target="site"), Gateway(sent=5, received=5)
    assert take([Answering([names]), Answering([gateway])]) == (names, gateway)


def test_a_probe_that_could_not_ask_is_not_measured_for_each_of_its_targets():
    failing = Answering(
        ProbeFailed(Reason.NO_PROGRAM, "the program x is not installed"), targets=("site", "other")
    )
    assert take([failing]) == tuple(
        NotMeasured(
            of="names", target=target, reason=Reason.NO_PROGRAM, detail="the program x is not installed"
        )
        for target in ("site", "other")
    )


def test_a_probe_that_crashes_stops_no_other_and_tells_no_more_than_the_type(caplog):
    crashing = Answering(ValueError("could not reach 192.0.2.7"), kind="link")
    health = Health()
    assert take([crashing, Answering([health])]) == (
        NotMeasured(of="link", reason=Reason.PROBE_CRASHED, detail="ValueError"),
        health,
    )
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("fatal", [KeyboardInterrupt, SystemExit])
def test_asking_to_stop_is_no_crash_of_a_probe(fatal):
    class Stopping(Answering):
        def measure(self) -> Sequence[Measurement]:
            raise fatal

    with pytest.raises(fatal):
        take([Stopping(())])


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (Link(signal_dbm=93), "signal_dbm is 93, expected -110 to -5 dBm"),
        (Link(frequency_mhz=float("nan")), "frequency_mhz is nan, expected 2000 to 8000 MHz"),
        (Names(target="site", rcode=-1), "rcode is -1, expected 0 to 4095"),
        (Link(tx_rate_mbps="Example Guest"), "tx_rate_mbps is unknown"),
    ],
)
def test_an_answer_out_of_bounds_is_not_measured_and_says_how(answer, detail):
    (found,) = take([Answering([answer])])
    kind, target = question(answer)
    assert found == NotMeasured(of=kind, target=target, reason=Reason.IMPLAUSIBLE, detail=detail)


def test_there_are_never_two_answers_to_one_question():
    first, second = Names(target="site", rcode=0), Names(target="site", rcode=3)
    unasked = NotMeasured(of="names", target="site", reason=Reason.TIMED_OUT)
    assert take([Answering([first, second]), Answering([unasked])]) == (first,)


@pytest.mark.parametrize(
    "private",
    ["02:00:00:00:00:01", "02-00-00-00-00-01", "at 192.0.2.7 nobody", "2001:db8:0:1::1", "fe80:0:0:0::1"],
)
def test_a_detail_that_holds_an_address_is_withheld(private):
    (found,) = take([Answering(ProbeFailed(Reason.UNREADABLE, f"it said {private}"))])
    assert private not in found.detail
    own = NotMeasured(of="names", reason=Reason.UNREADABLE, detail=private)
    assert private not in take([Answering([own])])[0].detail


@given(st.text(max_size=400), st.sampled_from(Reason))
def test_whatever_a_probe_says_fits_into_a_report(detail, reason):
    for found in take([Answering(ProbeFailed(reason, detail)), Answering([Latency(target="hub")])]):
        assert not faults(found)
