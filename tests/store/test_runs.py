"""A packed run is lengthened to exactly the bytes that unpacking, adding and packing would give."""

from hypothesis import given, settings
from hypothesis import strategies as st

from roomreach.answers import REMEMBERED, Answer, Run
from roomreach_store.records import runs

REPORT = st.tuples(st.integers(0, 2**62), st.sampled_from(Answer))


@settings(deadline=None, max_examples=50)
@given(
    earlier=st.lists(REPORT, min_size=REMEMBERED - 2, max_size=REMEMBERED + 5).map(sorted),
    later=st.lists(REPORT, max_size=9),
)
def test_a_run_is_lengthened_as_the_language_says(
    earlier: list[tuple[int, Answer]], later: list[tuple[int, Answer]]
) -> None:
    run, packed = Run(), None
    for taken_ms, answer in [*earlier, *later]:
        run = run.with_report(taken_ms, answer)
        packed = runs.lengthened(packed, taken_ms, answer)
        assert packed == runs.pack(run)
        assert runs.unpack(packed) == run


def test_a_long_no_keeps_its_beginning_when_the_first_report_is_forgotten() -> None:
    packed = None
    for taken_ms in range(1, 3 * REMEMBERED):
        packed = runs.lengthened(packed, taken_ms, Answer.NO)
    assert packed
    assert runs.unpack(packed).no_since_ms == 1
    packed = runs.lengthened(packed, 1_000, Answer.YES)
    assert runs.unpack(packed).no_since_ms is None
