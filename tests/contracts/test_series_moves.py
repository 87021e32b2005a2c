"""What every series store promises when an agent turns out to have stood elsewhere."""

from contextlib import closing

from made_points import MINUTE, TEN, point, where
from roomreach.identifiers import AgentId
from roomreach.places import Role, Whereabouts
from roomreach.series import SERIES, Point
from roomreach_store.series import SeriesStore
from series_stores import DAY, Opener, ask, rows

OLD, NEW = where(room="r-older222"), where(room="r-newer222")._replace(role=Role.REFERENCE)


def a_morning(whereabouts: Whereabouts) -> list[Point]:
    """Ten minutes of every series, with every type and a text that needs quoting."""
    made = []
    for minute in range(10):
        taken_ms = TEN + minute * MINUTE
        made += [
            point("report", taken_ms, whereabouts, outbox='o-"quoted" \\ ', sequence=minute, lacked=""),
            point("health", taken_ms, whereabouts, clock_synchronised=False, cpu_percent=3.0, uptime_s=2**53),
            point("health", taken_ms, whereabouts._replace(agent=AgentId("a-another22")), uptime_s=minute),
        ]
        made += [
            point("names", taken_ms, whereabouts, target, answer_ms=float(minute))
            for target in ("site", "other")
        ]
    return made


def where_each_stands(store: SeriesStore) -> dict[str, list[tuple[str, str, str | None, object]]]:
    """Room by room, everything there is."""
    found: dict[str, list[tuple[str, str, str | None, object]]] = {}
    for series in ("report", "health", "names"):
        columns = [column.name for column in SERIES[series].columns]
        for track in ask(store, series, *columns):
            found.setdefault(track.room, []).append((series, track.agent, track.target, track.rows))
    return found


def test_points_of_an_agent_and_a_time_are_put_elsewhere_whole(store: SeriesStore) -> None:
    store.write(a_morning(OLD))
    before = where_each_stands(store)[OLD.room]
    assert store.replace(NEW, TEN + 3 * MINUTE, TEN + 7 * MINUTE) == 4 * 4
    after = where_each_stands(store)
    moved = range(TEN + 3 * MINUTE, TEN + 7 * MINUTE)
    for series, agent, target, tracked in before:
        own = agent == NEW.agent
        stays = tuple(row for row in tracked if not (own and row[0] in moved))
        assert (series, agent, target, stays) in after[OLD.room]
        if own:
            assert (series, agent, target, tracked[3:7]) in after[NEW.room]
    assert len(after[NEW.room]) == 4
    assert store.replace(NEW, TEN + 3 * MINUTE, TEN + 7 * MINUTE) == 0
    assert where_each_stands(store) == after
    assert store.replace(OLD, 0, 2**62) == 4 * 4
    assert where_each_stands(store)[OLD.room] == before


def test_what_an_interrupted_move_left_in_both_places_is_completed(store: SeriesStore) -> None:
    store.write(a_morning(OLD))
    store.replace(NEW, TEN, TEN + DAY)
    whole = where_each_stands(store)[NEW.room]
    store.write(a_morning(OLD))
    assert store.replace(NEW, TEN, TEN + DAY) == 40
    assert where_each_stands(store)[NEW.room] == whole
    assert {agent for _, agent, *_ in where_each_stands(store)[OLD.room]} == {"a-another22"}


def test_what_was_put_elsewhere_can_be_written_again_there(store: SeriesStore) -> None:
    store.write([point("health", TEN, OLD, uptime_s=1, cpu_percent=2.0)])
    store.replace(NEW, TEN, TEN + 1)
    store.write([point("health", TEN, NEW, uptime_s=3), point("health", TEN, OLD, uptime_s=4)])
    assert rows(ask(store, "health", "uptime_s", "cpu_percent", room=NEW.room)) == [(TEN, 3, 2.0)]
    assert rows(ask(store, "health", "uptime_s", room=OLD.room)) == [(TEN, 4)]


def test_a_move_is_on_disk_when_it_is_done(opening: Opener) -> None:
    with closing(opening()) as store:
        store.write(a_morning(OLD))
        store.replace(NEW, TEN, TEN + DAY)
        before = where_each_stands(store)
    with closing(opening()) as store:
        assert where_each_stands(store) == before
