"""What every series store promises, whichever database it stands on."""

import itertools
import threading
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_points import MINUTE, TEN, point, where
from roomreach.errors import Refused
from roomreach.identifiers import AgentId, RoomId, SiteId
from roomreach.measurement import Outcome
from roomreach.series import SERIES, Point
from roomreach_store.series import Aggregate, Question, SeriesStore, Track, Window
from roomreach_store.series.memory import MemorySeries
from series_stores import Opener, ask, rows


def test_what_was_written_is_read_back_with_its_types(store: SeriesStore) -> None:
    store.write(
        [
            point("health", cpu_percent=3.0, clock_synchronised=False, uptime_s=2**53, disk_free_mb=0.1),
            point("report", outbox="o-tester22", sequence=7, lacked=""),
        ]
    )
    (track,) = ask(store, "health", "uptime_s", "clock_synchronised", "cpu_percent", "disk_free_mb")
    assert track == Track(
        AgentId("a-tester22"), RoomId("r-tester22"), None, ((TEN, (2**53, False, 3.0, 0.1)),)
    )
    assert [type(value) for value in track.rows[0][1]] == [int, bool, float, float]
    assert rows(ask(store, "report", "lacked", "sequence", "outbox")) == [(TEN, "", 7, "o-tester22")]


def test_a_whole_number_in_a_column_of_floats_is_a_float(store: SeriesStore) -> None:
    store.write([point("health", TEN, cpu_percent=3), point("health", TEN + 1, cpu_percent=3.5)])
    ((_, whole), (_, half)) = rows(ask(store, "health", "cpu_percent"))
    assert (whole, half) == (3.0, 3.5)
    assert isinstance(whole, float)


def test_nothing_written_is_nothing_read(store: SeriesStore) -> None:
    store.write([])
    assert ask(store, "health", "cpu_percent") == []
    store.ready()


def test_a_point_written_twice_is_one_point(store: SeriesStore) -> None:
    once = point("health", cpu_percent=1.0)
    store.write([once, once])
    store.write([once])
    assert rows(ask(store, "health", "cpu_percent")) == [(TEN, 1.0)]


@pytest.mark.parametrize("batches", [1, 2])
def test_of_a_point_written_twice_the_last_known_values_stand(store: SeriesStore, batches: int) -> None:
    earlier = point("health", cpu_percent=1.0, temperature_c=40.0)
    later = point("health", cpu_percent=2.0, uptime_s=5)
    for batch in [[earlier, later]] if batches == 1 else [[earlier], [later]]:
        store.write(batch)
    assert rows(ask(store, "health", "cpu_percent", "temperature_c", "uptime_s")) == [(TEN, 2.0, 40.0, 5)]


def test_late_points_take_their_place_in_time(store: SeriesStore) -> None:
    for minute in (3, 1, 2):
        store.write([point("health", TEN + minute * MINUTE, uptime_s=minute)])
    assert [row[1] for row in rows(ask(store, "health", "uptime_s"))] == [1, 2, 3]


def test_a_late_point_of_one_agent_leaves_the_others_alone(store: SeriesStore) -> None:
    first, second = where("a-first22"), where("a-second22")
    store.write([point("health", TEN, first, uptime_s=1), point("health", TEN, second, uptime_s=2)])
    store.write([point("health", TEN, second, uptime_s=3), point("health", TEN + 1, second, uptime_s=4)])
    assert rows(ask(store, "health", "uptime_s")) == [(TEN, 1), (TEN, 3), (TEN + 1, 4)]


def test_time_is_half_open(store: SeriesStore) -> None:
    store.write([point("health", TEN + offset, uptime_s=offset) for offset in (0, 1, 2)])
    found = ask(store, "health", "uptime_s", start_ms=TEN, end_ms=TEN + 2)
    assert [row[1] for row in rows(found)] == [0, 1]
    assert ask(store, "health", "uptime_s", start_ms=TEN, end_ms=TEN) == []
    assert len(rows(ask(store, "health", "uptime_s", start_ms=-(2**62), end_ms=2**62))) == 3


def test_rows_in_which_nothing_asked_is_known_are_absent(store: SeriesStore) -> None:
    store.write(
        [
            point("health", TEN, cpu_percent=1.0),
            point("health", TEN + 1, uptime_s=1),
            point("health", TEN + 2, temperature_c=40.0),
        ]
    )
    assert rows(ask(store, "health", "uptime_s", "cpu_percent")) == [(TEN, None, 1.0), (TEN + 1, 1, None)]
    counted = ask(
        store, "health", "uptime_s", "cpu_percent", window=Window(every_ms=1, aggregate=Aggregate.COUNT)
    )
    assert rows(counted) == [(TEN, 0, 1), (TEN + 1, 1, 0)]


def test_each_target_has_a_track_of_its_own(store: SeriesStore) -> None:
    store.write(
        [
            point("latency", TEN, target="hub", median_ms=10.0),
            point("latency", TEN, target="anchor_1", median_ms=20.0),
            point("latency", TEN + 1, target="hub", median_ms=11.0),
        ]
    )
    tracks = ask(store, "latency", "median_ms")
    assert [track.target for track in tracks] == ["anchor_1", "hub"]
    assert rows(tracks) == [(TEN, 20.0), (TEN, 10.0), (TEN + 1, 11.0)]


def test_tracks_come_in_the_order_of_agent_target_and_room(store: SeriesStore) -> None:
    store.write(
        [
            point("latency", TEN, where(agent, room), target, median_ms=1.0)
            for agent, room, target in itertools.product(
                ("a-second22", "a-first22"), ("r-second22", "r-first22"), ("hub", "anchor_1")
            )
        ]
    )
    found = [(track.agent, track.target, track.room) for track in ask(store, "latency", "median_ms")]
    assert found == sorted(found)
    assert len(found) == 8


def test_a_moved_agent_has_a_track_in_each_room(store: SeriesStore) -> None:
    before, after = where(room="r-before22"), where(room="r-after222")
    store.write([point("health", TEN, before, uptime_s=1), point("health", TEN + 1, after, uptime_s=2)])
    assert {track.room for track in ask(store, "health", "uptime_s", agent="a-tester22")} == {
        "r-before22",
        "r-after222",
    }
    assert rows(ask(store, "health", "uptime_s", room="r-after222")) == [(TEN + 1, 2)]
    assert ask(store, "health", "uptime_s", room="r-after222", agent="a-other222") == []


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        (Aggregate.MEAN, [(TEN, 2.0, 2.5), (TEN + MINUTE, 9.0, None)]),
        (Aggregate.MIN, [(TEN, 1, 0.5), (TEN + MINUTE, 9, None)]),
        (Aggregate.MAX, [(TEN, 3, 4.5), (TEN + MINUTE, 9, None)]),
        (Aggregate.COUNT, [(TEN, 2, 2), (TEN + MINUTE, 1, 0)]),
        (Aggregate.LAST, [(TEN, 3, 0.5), (TEN + MINUTE, 9, None)]),
    ],
)
def test_windows_aggregate_what_is_known(
    store: SeriesStore, aggregate: Aggregate, expected: list[tuple[object, ...]]
) -> None:
    store.write(
        [
            point("health", TEN + 1, uptime_s=1, cpu_percent=4.5),
            point("health", TEN + 2, uptime_s=3),
            point("health", TEN + MINUTE - 1, cpu_percent=0.5),
            point("health", TEN + MINUTE, uptime_s=9),
            point("health", TEN + 5 * MINUTE, temperature_c=40.0),
        ]
    )
    window = Window(every_ms=MINUTE, aggregate=aggregate)
    found = rows(ask(store, "health", "uptime_s", "cpu_percent", window=window))
    assert found == expected
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in expected]


@pytest.mark.parametrize("aggregate", [Aggregate.COUNT, Aggregate.LAST])
def test_words_can_be_counted_and_the_last_one_read(store: SeriesStore, aggregate: Aggregate) -> None:
    store.write([point("report", TEN, lacked="link:no_radio"), point("report", TEN + 1, lacked="")])
    found = ask(store, "report", "lacked", window=Window(every_ms=MINUTE, aggregate=aggregate))
    assert rows(found) == [(TEN, 2 if aggregate is Aggregate.COUNT else "")]


def test_a_site_is_asked_for_as_a_room_is(store: SeriesStore) -> None:
    elsewhere = where("a-elsewhere", "r-elsewhere")._replace(site=SiteId("s-elsewhere"))
    store.write([point("health", uptime_s=1), point("health", TEN, elsewhere, uptime_s=2)])
    assert rows(ask(store, "health", "uptime_s", site="s-elsewhere")) == [(TEN, 2)]
    assert rows(ask(store, "health", "uptime_s", site="s-tester22", room="r-elsewhere")) == []


def test_one_outcome_is_asked_for_raw_and_in_windows(store: SeriesStore) -> None:
    store.write([point("names", TEN, None, "site", outcome="failed", reason="no_answer", rcode=0)])
    store.write([point("names", TEN + MINUTE, None, "site", outcome="ok", rcode=0)])
    assert rows(ask(store, "names", "reason", outcome=Outcome.FAILED)) == [(TEN, "no_answer")]
    asked = {"window": Window(every_ms=10 * MINUTE, aggregate=Aggregate.COUNT)}
    assert rows(ask(store, "names", "rcode", outcome=Outcome.FAILED, **asked)) == [(TEN, 1)]
    assert rows(ask(store, "names", "rcode", **asked)) == [(TEN, 2)]


def test_one_target_is_asked_for_raw_and_in_windows(store: SeriesStore) -> None:
    store.write(
        [
            point("latency", TEN, target="hub", median_ms=10.0),
            point("latency", TEN, target="anchor_1", median_ms=20.0),
        ]
    )
    averaged = Window(every_ms=10 * MINUTE, aggregate=Aggregate.MEAN)
    for window in (None, averaged):
        (track,) = ask(store, "latency", "median_ms", target="anchor_1", window=window)
        assert (track.target, rows([track])) == ("anchor_1", [(TEN, 20.0)])
    assert ask(store, "latency", "median_ms", target="anchor_2") == []


def test_windows_are_aligned_to_1970_wherever_the_question_begins(store: SeriesStore) -> None:
    store.write([point("health", TEN + minute * MINUTE, uptime_s=minute) for minute in range(12)])
    window = Window(every_ms=7 * MINUTE, aggregate=Aggregate.COUNT)
    found = rows(ask(store, "health", "uptime_s", start_ms=TEN + 3 * MINUTE, window=window))
    assert [start % (7 * MINUTE) for start, _ in found] == [0] * len(found)
    assert sum(count for _, count in found) == 9


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "",
        " ",
        'say "hello"',
        'a \\" b',
        "back\\slash\\",
        "two\nlines\r\nand more",
        "a,b=c d",
        "Zażółć gęślą jaźń 房间 🛏️",
        "'single' -- ; DROP TABLE report",
        "100% %s %d {} {0}",
        "x" * 20_000,
    ],
)
def test_text_comes_back_as_it_was(store: SeriesStore, text: str) -> None:
    store.write([point("report", TEN, lacked=text, sequence=1), point("report", TEN + 1, lacked="next")])
    assert rows(ask(store, "report", "lacked")) == [(TEN, text), (TEN + 1, "next")]


@pytest.mark.parametrize(
    "question",
    [
        Question(series="weather", columns=("rain",), start_ms=0, end_ms=1),
        Question(series="health", columns=("rain",), start_ms=0, end_ms=1),
        Question(series="health", columns=('uptime_s" FROM health --',), start_ms=0, end_ms=1),
        Question(series="health", columns=(), start_ms=0, end_ms=1),
        Question(series="report", columns=("boot",), start_ms=0, end_ms=1, outcome=Outcome.OK),
        Question(series="health", columns=("uptime_s",), start_ms=0, end_ms=1, site=SiteId("s' OR 1=1")),
        Question(series="health", columns=("uptime_s",), start_ms=0, end_ms=1, agent=AgentId("a' OR 1=1")),
        Question(series="health", columns=("uptime_s",), start_ms=0, end_ms=1, room=RoomId("a-tester22")),
        Question(series="health", columns=("uptime_s",), start_ms=0, end_ms=1, target="hub"),
        Question(series="latency", columns=("sent",), start_ms=0, end_ms=1, target="hub' OR 1=1"),
        *(
            Question(
                series="health",
                columns=("uptime_s", column),
                start_ms=0,
                end_ms=1,
                window=Window(every_ms=1, aggregate=aggregate),
            )
            for aggregate in (Aggregate.MEAN, Aggregate.MIN, Aggregate.MAX)
            for column in ("reason", "clock_synchronised")
        ),
        Question(
            series="health",
            columns=("uptime_s",),
            start_ms=0,
            end_ms=1,
            window=Window(every_ms=0, aggregate=Aggregate.LAST),
        ),
    ],
)
def test_a_question_without_an_answer_is_refused(store: SeriesStore, question: Question) -> None:
    with pytest.raises(Refused, match=r"(is|has) no (series|column|target|identifier|window|mean|min|max)"):
        store.read(question)


def test_an_answer_longer_than_any_may_be_is_refused_with_advice(store: SeriesStore) -> None:
    agents = [where("a-first22"), where("a-second22")]
    points = [
        point("names", TEN + number, agents[number % 2], "site", answer_ms=1.0) for number in range(50_001)
    ]
    for start in range(0, len(points), 10_000):
        store.write(points[start : start + 10_000])
    with pytest.raises(Refused, match="shorter time"):
        ask(store, "names", "answer_ms")
    assert len(rows(ask(store, "names", "answer_ms", end_ms=TEN + 50_000))) == 50_000
    window = Window(every_ms=MINUTE, aggregate=Aggregate.COUNT)
    assert sum(count for _, count in rows(ask(store, "names", "answer_ms", window=window))) == 50_001


def test_readers_are_answered_while_others_write(store: SeriesStore) -> None:
    batches, size, writers = 15, 20, 2
    seen: list[int] = []
    failed: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for batch in range(batches):
                moments = range(TEN + batch * size, TEN + (batch + 1) * size)
                store.write([point("health", ms, where(f"a-writer{writer}"), uptime_s=1) for ms in moments])
        except BaseException as exc:  # noqa: BLE001 - the test's own thread tells of it
            failed.append(exc)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen.append(len(rows(ask(store, "health", "uptime_s"))))
    assert not failed
    assert seen == sorted(seen)
    assert len(rows(ask(store, "health", "uptime_s"))) == batches * size * writers


def test_what_was_written_is_there_when_the_store_is_opened_again(opening: Opener) -> None:
    with closing(opening()) as first:
        first.write([point("health", TEN, uptime_s=1), point("report", TEN, lacked="é")])
    with closing(opening()) as second:
        assert rows(ask(second, "health", "uptime_s")) == [(TEN, 1)]
        second.write([point("health", TEN, cpu_percent=2.0), point("health", TEN - 1, uptime_s=0)])
        found = ask(second, "health", "uptime_s", "cpu_percent")
        assert rows(found) == [(TEN - 1, 0, None), (TEN, 1, 2.0)]


# Eighths add up without rounding, so that every database comes to the same mean.
EIGHTHS = st.integers(-800, 800).map(lambda number: number / 8)
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
SOME = {
    "health": {
        "cpu_percent": EIGHTHS,
        "uptime_s": st.integers(-(2**53), 2**53),
        "clock_synchronised": st.booleans(),
        "reason": TEXTS,
    },
    "latency": {"median_ms": EIGHTHS, "sent": st.integers(0, 100), "method": TEXTS},
}
NUMBER = itertools.count(100_000)


@st.composite
def points(draw: st.DrawFn) -> tuple[str, str, int, int, dict[str, object]]:
    series = draw(st.sampled_from(sorted(SOME)))
    target = draw(st.sampled_from(SERIES[series].targets)) if SERIES[series].targets else None
    values = {name: draw(st.none() | values) for name, values in SOME[series].items()}
    return series, target, draw(st.integers(1, 2)), draw(st.integers(0, 30)), values


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(points(), max_size=12), min_size=1, max_size=4),
    every_ms=st.integers(1, 40),
    aggregate=st.sampled_from(Aggregate),
)
def test_every_store_answers_as_memory_does(
    store: SeriesStore, batches: list[list[tuple]], every_ms: int, aggregate: Aggregate
) -> None:
    plain, number = MemorySeries(), next(NUMBER)
    room = f"r-{number}"
    for batch in batches:
        made = [
            point(series, TEN + offset, where(f"a-{number}x{agent}", room), target, **values)
            for series, target, agent, offset, values in batch
        ]
        plain.write(made)
        store.write(made)
    for series, of_series in SOME.items():
        numbers = [
            name
            for name, values in of_series.items()
            if name not in {"clock_synchronised", "reason", "method"}
        ]
        names = list(of_series) if aggregate in {Aggregate.COUNT, Aggregate.LAST} else numbers
        for window in (None, Window(every_ms=every_ms, aggregate=aggregate)):
            columns = names if window else [*of_series, "outcome"]
            expected = ask(plain, series, *columns, room=room, window=window)
            assert ask(store, series, *columns, room=room, window=window) == expected
            later = ask(plain, series, *columns, start_ms=TEN + 10, room=room, window=window)
            assert ask(store, series, *columns, start_ms=TEN + 10, room=room, window=window) == later


def test_a_thousand_points_in_one_batch_are_all_there(store: SeriesStore) -> None:
    made: list[Point] = [point("health", TEN + number, uptime_s=number) for number in range(1_000)]
    store.write(made)
    assert len(rows(ask(store, "health", "uptime_s"))) == 1_000
