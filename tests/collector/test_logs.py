"""A line for machines, words for a person, and of an exception never its message."""

import json
import logging
import sys
from pathlib import Path

import pytest

import roomreach_api.logs
import roomreach_collector.logs
from roomreach_collector.logs import Lines, Words


def a_record(**more: object) -> logging.LogRecord:
    record = logging.makeLogRecord(
        {"name": "here", "levelname": "WARNING", "msg": "%s is\naway", "args": ("it",)}
    )
    record.created = 1_795_000_000.25
    record.__dict__.update(more)
    return record


def test_an_event_is_one_line_of_json() -> None:
    line = Lines().format(a_record(waited_s=3))
    assert "\n" not in line
    assert json.loads(line) == {
        "at": "2026-11-18T11:06:40.250Z",
        "level": "warning",
        "source": "here",
        "event": "it is\naway",
        "waited_s": 3,
    }


def test_on_a_terminal_it_is_words() -> None:
    assert Words().format(a_record(waited_s=3)) == "11:06:40Z warning it is\naway waited_s=3"


@pytest.mark.parametrize("formatter", [Lines(), Words()])
def test_an_exception_is_told_without_its_message(formatter: logging.Formatter) -> None:
    try:
        raise ValueError("the canary refuge")
    except ValueError:
        told = formatter.format(a_record(exc_info=sys.exc_info()))
    assert "ValueError" in told
    assert "test_logs.py" in told
    assert "canary" not in told


def test_both_programs_log_alike() -> None:
    collector, api = (
        Path(module.__file__).read_text() for module in (roomreach_collector.logs, roomreach_api.logs)
    )
    assert collector == api
