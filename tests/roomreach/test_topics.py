"""A report's key is in its topic, so that even bytes nobody can read get an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import AGENT, OUTBOX
from roomreach import topics
from roomreach.identifiers import AgentId
from roomreach.report import Key


@given(st.integers(1, 2**53))
def test_a_reports_topic_gives_its_key_back(sequence: int) -> None:
    key = Key(AGENT, OUTBOX, sequence)
    assert topics.key_of(topics.report(key)) == key


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "roomreach/v1/agents/a-222222/reports/o-222222/0",
        "roomreach/v1/agents/a-222222/reports/o-222222/01",
        "roomreach/v1/agents/a-222222/reports/o-222222/-1",
        "roomreach/v1/agents/a-222222/reports/o-222222/1/2",
        "roomreach/v1/agents/a-222222/reports/o-222222/9007199254740993",
        "roomreach/v1/agents/a-222222/reports/o-222222/99999999999999999999",
        "roomreach/v1/agents/a-222222/reports/o-222222/1\n",
        "roomreach/v1/agents/a-222222/reports/o-2/1",
        "roomreach/v1/agents/s-222222/reports/o-222222/1",
        "roomreach/v1/agents/A-222222/reports/o-222222/1",
        "roomreach/v2/agents/a-222222/reports/o-222222/1",
        "roomreach/v1/agents/a-222222/receipts",
        "xroomreach/v1/agents/a-222222/reports/o-222222/1",
    ],
)
def test_any_other_topic_has_no_key(topic: str) -> None:
    assert topics.key_of(topic) is None


@given(st.text(max_size=80))
def test_no_topic_breaks_the_reader(topic: str) -> None:
    assert topics.key_of(topic) is None
    assert topics.greeting_of(topic) is None


def test_a_presence_names_its_agent() -> None:
    assert topics.greeting_of(topics.presence(AgentId("a-222222"))) == "a-222222"
    assert topics.greeting_of("roomreach/v1/agents/a-2/presence") is None
