"""Since when is the answer to one question no?"""

from hypothesis import given
from hypothesis import strategies as st

from roomreach.answers import REMEMBERED, Answer, Run


def run_of(*reports: tuple[int, Answer]) -> Run:
    run = Run()
    for taken_ms, answer in reports:
        run = run.with_report(taken_ms, answer)
    return run


def test_a_no_counts_from_the_first_report_in_a_row_that_says_so() -> None:
    run = run_of((1, Answer.NO), (2, Answer.YES), (3, Answer.NO), (4, Answer.NO))
    assert run.no_since_ms == 3
    assert run.with_report(5, Answer.YES).no_since_ms is None


def test_not_knowing_ends_a_row_because_it_proves_nothing() -> None:
    assert run_of((1, Answer.NO), (2, Answer.UNKNOWN), (3, Answer.NO)).no_since_ms == 3


def test_an_outage_longer_than_what_is_remembered_keeps_its_beginning() -> None:
    assert run_of(*((n, Answer.NO) for n in range(10, 500))).no_since_ms == 10


reports = st.dictionaries(st.integers(1, 10_000), st.sampled_from(Answer), min_size=1, max_size=REMEMBERED)


@given(reports, st.randoms())
def test_the_order_of_arrival_changes_nothing(facts: dict[int, Answer], random: object) -> None:
    in_order = sorted(facts.items())
    shuffled = in_order * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert run_of(*shuffled) == run_of(*in_order)


@given(st.lists(st.sampled_from(Answer), min_size=1, max_size=3 * REMEMBERED))
def test_since_is_what_reading_the_whole_history_says(history: list[Answer]) -> None:
    since = None
    for taken_ms, answer in enumerate(history):
        since = (taken_ms if since is None else since) if answer is Answer.NO else None
    assert run_of(*enumerate(history)).no_since_ms == since
