"""Guilty items are found by halves: exactly them, in few calls, in the order they were given."""

from collections.abc import Sequence
from math import ceil, log2

from hypothesis import given
from hypothesis import strategies as st

from roomreach_store.series.halving import refused


@given(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), max_size=6)))
)
def test_exactly_the_guilty_are_found_in_few_calls_and_all_others_stored(case: tuple[int, set[int]]) -> None:
    number, guilty = case
    calls, stored = [0], list[int]()

    def send(items: Sequence[int]) -> str | None:
        calls[0] += 1
        if guilty.intersection(items):
            return "guilty"
        stored.extend(items)
        return None

    assert refused(range(number), send) == dict.fromkeys(guilty, "guilty")
    assert stored == [item for item in range(number) if item not in guilty]
    assert calls[0] <= 1 + 2 * len(guilty) * ceil(log2(number) if number > 1 else 1)
