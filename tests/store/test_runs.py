"""A packed run is lengthened to exactly the bytes that unpacking, adding and packing would give."""

from hypothesis import given, settings
from hypothesis import strategies as st

from roomreach.online import REMEMBERED, Online, Run
from roomreach_store.records import runs

REPORT = st.tuples(st.integers(0, 2**62), st.sampled_from(Online))


@settings(deadline=None, max_examples=50)
@given(
    earlier=st.lists(REPORT, min_size=REMEMBERED - 2, max_size=REMEMBERED + 5).map(sorted),
    later=st.lists(REPORT, max_size=9),
)
def test_a_run_is_lengthened_as_the_language_says(
    earlier: list[tuple[int, Online]], later: list[tuple[int, Online]]
) -> None:
    run, packed = Run(), None
    for taken_ms, online in [*earlier, *later]:
        run = run.with_report(taken_ms, online)
        packed = runs.lengthened(packed, taken_ms, online)
        assert packed == runs.pack(run)
        assert runs.unpack(packed) == run


def test_a_room_long_offline_is_known_to_be_so_when_the_first_report_is_forgotten() -> None:
    packed = None
    for taken_ms in range(1, 3 * REMEMBERED):
        packed = runs.lengthened(packed, taken_ms, Online.NO)
    assert packed
    assert runs.unpack(packed).offline_since_ms == 1
    packed = runs.lengthened(packed, 1_000, Online.YES)
    assert runs.unpack(packed).offline_since_ms is None
