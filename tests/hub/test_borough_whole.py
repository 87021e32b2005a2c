"""Four weeks of the borough on a small machine: how long until they are there, and how much do they need?"""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from demos import Demo
from processes import descendants
from roomreach_hub import asking
from truths import Answers, Truth, dead_rooms, outages_that_disagree, silent_agents

pytestmark = pytest.mark.long

FIRST_PAGE_S = 90
COMPLETE_S = 240
MOST_MB = 600


@dataclass
class Course:
    """What was seen while the history was made."""

    demo: Demo
    first_page_s: float = 0
    complete_s: float = 0
    most_mb: float = 0
    notices: set[str] = field(default_factory=set)
    pages_s: list[float] = field(default_factory=list)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    begun = time.monotonic()
    with Demo(tmp_path_factory.mktemp("whole") / "demo", "--days", "28") as demo:
        seen = Course(demo, first_page_s=time.monotonic() - begun)
        while "The history is complete" not in demo.said() and time.monotonic() - begun < 2 * COMPLETE_S:
            seen.most_mb = max(seen.most_mb, memory_mb(demo.pid))
            asked = time.monotonic()
            page = asking.fetch(demo.address.page_port, "/") or ""
            seen.pages_s.append(time.monotonic() - asked)
            if "making history" in page.lower():
                seen.notices.add(page.lower().partition("making history")[2][:20])
            time.sleep(1)
        seen.complete_s = time.monotonic() - begun
        print(
            f"first page {seen.first_page_s:.1f} s, complete {seen.complete_s:.0f} s, {seen.most_mb:.0f} MB"
        )
        yield seen


def memory_mb(pid: int) -> float:
    """What all processes of a demonstration hold together; what several share is counted once."""
    kilobytes = 0
    for one in [pid, *descendants(pid)]:
        with suppress(OSError):
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
            kilobytes += int(text.partition("\nPss:")[2].split()[0])
    return kilobytes * 1024 / 1e6


def test_the_first_page_is_there_in_a_minute_and_a_half(course: Course) -> None:
    assert course.first_page_s < FIRST_PAGE_S


def test_four_weeks_are_complete_within_four_minutes(course: Course) -> None:
    assert course.complete_s < COMPLETE_S


def test_everything_together_fits_into_600_mb(course: Course) -> None:
    assert 100 < course.most_mb < MOST_MB


def test_the_page_says_how_far_it_is_and_answers_meanwhile(course: Course) -> None:
    assert len(course.notices) > 10
    assert sorted(course.pages_s)[len(course.pages_s) // 2] < 1


def test_all_that_was_simulated_is_found(course: Course) -> None:
    truth: Truth = json.loads((course.demo.temporary / "truth.json").read_text())
    answers = Answers(course.demo.facts, truth)
    assert outages_that_disagree(answers, truth) == []
    assert dead_rooms(answers) == set(truth["dead_rooms"])
    assert list(silent_agents(answers)) == [one["agent"] for one in truth["silent_agents"]]
