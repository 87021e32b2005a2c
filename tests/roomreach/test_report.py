"""A report refuses to contradict itself."""

import pytest

from examples import a_report
from roomreach.measurement import Latency, NotMeasured, Reason
from roomreach.report import Key


def test_two_answers_to_one_question_are_refused() -> None:
    with pytest.raises(ValueError, match="same question"):
        a_report(
            measurements=(
                Latency(target="hub"),
                NotMeasured(of="latency", target="hub", reason=Reason.TIMED_OUT),
            )
        )


def test_one_kind_may_ask_several_targets() -> None:
    assert len(a_report(measurements=(Latency(target="hub"), Latency(target="anchor_1"))).measurements) == 2


def test_a_sequence_that_was_never_made_is_refused() -> None:
    with pytest.raises(ValueError, match="above the highest"):
        a_report(sequence=5, highest=4)


def test_a_reports_key_is_its_agent_outbox_and_sequence() -> None:
    assert a_report(sequence=7, highest=9).key == Key(a_report().agent, a_report().outbox, 7)  # type: ignore[arg-type]
