"""Which tests run, and what each may still move."""

import pytest

from roomreach.errors import NotFound, Refused, Unavailable
from roomreach_hub.speed_server.tests_under_way import IDLE_S, Limits, UnderWay

ONE, OTHER = b"one agent", b"another"


class Clocks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def under_way(clocks: Clocks) -> UnderWay:
    return UnderWay(Limits(tests=2, test_bytes=1_000, day_bytes=2_500), clocks, clocks)


def test_there_is_room_for_so_many_tests_and_no_more(under_way: UnderWay) -> None:
    under_way.begin(ONE)
    under_way.begin(OTHER)
    with pytest.raises(Unavailable):
        under_way.begin(ONE)


def test_an_agent_takes_some_places_and_leaves_the_others(clocks: Clocks) -> None:
    under_way = UnderWay(Limits(tests=10, agent_tests=2), clocks, clocks)
    for _ in range(2):
        under_way.begin(ONE)
    with pytest.raises(Unavailable, match="This agent"):
        under_way.begin(ONE)
    under_way.begin(OTHER)


def test_a_test_that_has_ended_leaves_its_place(under_way: UnderWay) -> None:
    first = under_way.begin(ONE)
    under_way.begin(OTHER)
    under_way.promise(first, 400)
    under_way.end(first)
    under_way.begin(OTHER)
    with pytest.raises(NotFound), under_way.taking_part(first.name, ONE):
        pass


def test_a_test_outlives_the_seconds_in_which_an_agent_opens_its_connections(
    under_way: UnderWay, clocks: Clocks
) -> None:
    test = under_way.begin(ONE)
    clocks.now += 20
    under_way.begin(OTHER)
    with under_way.taking_part(test.name, ONE):
        pass


def test_a_test_that_nobody_takes_part_in_has_ended_after_a_while(
    under_way: UnderWay, clocks: Clocks
) -> None:
    test = under_way.begin(ONE)
    with under_way.taking_part(test.name, ONE):
        clocks.now += 10 * IDLE_S
        assert len(under_way) == 1
    clocks.now += IDLE_S
    assert len(under_way) == 1
    clocks.now += 0.1
    assert len(under_way) == 0
    with pytest.raises(NotFound), under_way.taking_part(test.name, ONE):
        pass


def test_a_test_belongs_to_the_agent_that_began_it(under_way: UnderWay) -> None:
    test = under_way.begin(ONE)
    with pytest.raises(NotFound), under_way.taking_part(test.name, OTHER):
        pass


def test_a_test_is_promised_no_more_bytes_than_it_may_move(under_way: UnderWay) -> None:
    test = under_way.begin(ONE)
    under_way.promise(test, 1_000)
    with pytest.raises(Refused):
        under_way.promise(test, 1)


def test_what_was_promised_and_not_moved_counts_for_nothing(under_way: UnderWay) -> None:
    test = under_way.begin(ONE)
    for _ in range(10):
        under_way.promise(test, 1_000)
        under_way.give_back(test, 1_000)
    under_way.promise(test, 1_000)


def test_an_agent_has_its_bytes_for_a_day_whatever_tests_it_begins(
    under_way: UnderWay, clocks: Clocks
) -> None:
    for _ in range(2):
        under_way.promise(under_way.begin(ONE), 1_000)
        clocks.now += 2 * IDLE_S
    last = under_way.begin(ONE)
    with pytest.raises(Refused):
        under_way.promise(last, 501)
    under_way.promise(last, 500)
    clocks.now += 2 * IDLE_S
    with pytest.raises(Refused):
        under_way.begin(ONE)
    under_way.promise(under_way.begin(OTHER), 1_000)
    clocks.now += 86_400
    under_way.promise(under_way.begin(ONE), 1_000)
