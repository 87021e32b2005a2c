"""From the pipe to the stores: what the made-up past leaves there, whatever came in live meanwhile."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from collecting import UnreliableSeries
from roomreach import topics
from roomreach.errors import Unavailable
from roomreach.identifiers import AgentId
from roomreach.measurement import Latency, Reason
from roomreach.places import Register
from roomreach.report import Report
from roomreach.wire import encode_report
from roomreach_hub.buildings import on_record
from roomreach_hub.buildings.borough.town import borough
from roomreach_hub.buildings.history.frames import DAY_DONE, Frame, frames, put
from roomreach_hub.buildings.history.past import Past
from roomreach_hub.buildings.history.progress import Told
from roomreach_hub.buildings.history.storing import Storing
from roomreach_hub.buildings.hostel import Script, lodgings
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.buildings.spans import Span
from roomreach_store.records import Records, latest, places
from roomreach_store.series import Question
from roomreach_store.series.memory import MemorySeries
from servers import wait_until

BEGIN_MS = 1_770_000_000_000
SINCE = datetime.fromtimestamp(BEGIN_MS / 1000, UTC)
CADENCE_MS = 900_000


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path}/records.db")
    yield opened
    opened.close()


@pytest.fixture
def agent(records: Records) -> AgentId:
    with records.transaction() as c:
        return on_record.record(c, lodgings(Script()), host="E09000001", since=SINCE)[0]


def report(agent: AgentId, number: int, *, works: bool = True, outbox: str = "o-past222222") -> Frame:
    """The report of one round; the first round is number 1."""
    taken_ms = BEGIN_MS + number * CADENCE_MS
    latency = Latency(target="hub", reason=None if works else Reason.NO_ANSWER)
    made = Report(
        agent=agent,
        outbox=outbox,
        sequence=number,
        boot="00000000-0000-4000-8000-000000000000",
        boot_ms=number,
        taken_ms=taken_ms,
        synchronised=True,
        highest=number,
        dropped=0,
        interval_s=900,
        measurements=(latency,),
    )
    return Frame(taken_ms, topics.report(made.key), encode_report(made))


def storing(records: Records, series: MemorySeries, *sent: Frame) -> Storing:
    pipe = io.BytesIO()
    for frame in sent:
        put(pipe, frame)
    pipe.seek(0)
    with records.reading() as c:
        register = places.register(c)
    begun = Storing(pipe, register, records, series)
    begun.start()
    return begun


def stored(records: Records, series: MemorySeries, *sent: Frame) -> Storing:
    done = storing(records, series, *sent)
    done.join()
    return done


def times(series: MemorySeries, agent: AgentId) -> list[int]:
    question = Question(
        series="report", columns=("sequence",), start_ms=0, end_ms=BEGIN_MS + 10**9, agent=agent
    )
    return [taken_ms for track in series.read(question) for taken_ms, _ in track.rows]


@given(
    st.lists(
        st.builds(Frame, st.integers(-(2**63), 2**63 - 1), st.text(max_size=40), st.binary(max_size=200))
    )
)
def test_frames_come_out_of_a_pipe_as_they_went_in(sent: list[Frame]) -> None:
    pipe = io.BytesIO()
    for frame in sent:
        put(pipe, frame)
    whole = pipe.getvalue()
    assert list(frames(io.BytesIO(whole))) == sent
    assert list(frames(io.BytesIO(whole[:-1]))) == sent[:-1]


def test_days_that_come_newest_first_leave_the_newest_report_as_the_latest(
    records: Records, agent: AgentId
) -> None:
    series = MemorySeries()
    newest, older = ([report(agent, number) for number in day] for day in (range(97, 193), range(1, 97)))
    made = stored(records, series, *newest, DAY_DONE, *older, DAY_DONE)
    assert (made.days, made.reports, made.fault) == (2, 192, None)
    assert len(times(series, agent)) == 192
    with records.reading() as c:
        assert latest.latest(c)[agent].taken_ms == newest[-1].taken_ms


def test_what_came_in_live_meanwhile_stays_the_latest(records: Records, agent: AgentId) -> None:
    series = MemorySeries()
    live = report(agent, 500, outbox="o-live222222")
    stored(records, series, live, DAY_DONE)
    stored(records, series, *(report(agent, number) for number in range(1, 97)), DAY_DONE)
    with records.reading() as c:
        found = latest.latest(c)[agent]
    assert (found.taken_ms, found.payload) == (live.taken_ms, live.payload)
    assert len(times(series, agent)) == 97


def test_a_room_that_was_offline_from_the_first_report_on_is_so_since_then(
    records: Records, agent: AgentId
) -> None:
    first = report(agent, 1, works=False)
    newest = [report(agent, number, works=False) for number in range(97, 193)]
    stored(records, MemorySeries(), first, *newest, DAY_DONE)
    with records.reading() as c:
        assert latest.latest(c)[agent].online.no_since_ms == first.taken_ms


def test_an_agent_that_stands_nowhere_ends_it_with_a_reason(records: Records) -> None:
    made = stored(records, MemorySeries(), report(AgentId("a-bcdfghjkmn"), 1), DAY_DONE)
    assert made.days == 0
    assert made.fault == "an agent of the history stands nowhere"


def test_what_a_collector_would_refuse_is_no_part_of_the_history(records: Records, agent: AgentId) -> None:
    first, second = report(agent, 1), report(agent, 2)
    for unfit, why in (
        (replace(first, topic=second.topic), "its topic names another report than its text does"),
        (replace(first, topic="roomreach"), "no report and no presence goes there"),
        (replace(first, payload=b"{"), "this is not JSON"),
        (report(agent, 2, works=False), "another report was received under the same key"),
    ):
        made = stored(records, MemorySeries(), second, unfit, DAY_DONE)
        assert made.days == 0
        assert made.fault is not None
        assert why in made.fault


def test_a_store_that_was_away_for_a_while_costs_nothing(records: Records, agent: AgentId) -> None:
    series = UnreliableSeries()
    series.failing, series.failures_left = Unavailable("no answer"), 1
    made = stored(records, series, report(agent, 1), DAY_DONE)
    assert (made.days, made.reports, made.fault, made.waiting_for) == (1, 1, None, None)
    assert times(series, agent) == [report(agent, 1).taken_ms]


def test_a_disk_that_stays_full_is_waited_for_and_said_until_it_is_told_to_stop(
    records: Records, agent: AgentId
) -> None:
    series = UnreliableSeries()
    series.failing, series.failures_left = Unavailable("the disk is full"), 10**9
    made = storing(records, series, report(agent, 1), DAY_DONE)
    wait_until(lambda: made.waiting_for == "the series store", "a word about it")
    assert (made.alive(), made.days, made.fault) == (True, 0, None)
    made.ask_to_stop()
    made.join()
    assert not made.alive()
    assert made.fault is None


def test_while_a_store_is_away_the_page_names_it(records: Records, tmp_path: Path) -> None:
    past = Past(orders(records, tmp_path), days=1)
    series = UnreliableSeries()
    series.failing, series.failures_left = Unavailable("the disk is full"), 10**9
    with records.reading() as c:
        register = places.register(c)
    past.start(register, records, series)
    try:
        waiting = "making history, 0 of 1 days; waiting for the series store"
        wait_until(lambda: past.notice() == waiting, "the notice")
    finally:
        past.stop()
    assert past.notice() == "the history is incomplete: 0 of 1 days"


def test_when_one_half_fails_the_other_does_not_go_on_in_silence(records: Records, tmp_path: Path) -> None:
    path = orders(records, tmp_path)
    refused = json.loads(path.read_text())["agents"][0]
    series = UnreliableSeries()
    series.refuses = lambda point: "planted" if point.whereabouts.agent == refused else None
    past = Past(path, days=1)
    with records.reading() as c:
        register = places.register(c)
    past.start(register, records, series)
    try:
        wait_until(lambda: not past.under_way, "the end of one half", 30)
        assert past.notice() == "the history is incomplete: 0 of 1 days"
        with pytest.raises(Unavailable, match=r"0 of 1 days: .* cannot be stored, one because planted"):
            past.check()
    finally:
        past.stop()


def orders(records: Records, folder: Path) -> Path:
    """The orders for one day of the borough, which is on record."""
    history = Span(BEGIN_MS / 1000, BEGIN_MS / 1000 + 86_400)
    everywhere = borough(Script(), history.end_s, history)
    with records.transaction() as c:
        agents = on_record.record(c, everywhere, host="E09000001", since=SINCE)
        register = places.register(c)
    sites = tuple(register.site_of(register.installations[agent][0].room).id for agent in agents)
    path = folder / "orders.json"
    Orders(agents=agents, sites=sites, broker_port=1, began_s=0, script=Script(), history=history).write(path)
    return path


def test_a_past_that_cannot_be_made_is_said_on_the_page_for_good(records: Records, tmp_path: Path) -> None:
    past = Past(tmp_path / "orders.json", days=1)
    assert past.notice() is None
    past.start(Register(), records, MemorySeries())
    try:
        wait_until(lambda: not past.under_way, "the end of what had no orders")
        assert past.notice() == "the history is incomplete: 0 of 1 days"
        with pytest.raises(Unavailable, match=r"stays as it is, 0 of 1 days: .* holds no orders"):
            past.check()
    finally:
        past.stop()


class Days:
    """A past of which so many days are done."""

    days = 3
    done = 0
    reports = 0
    under_way = True


def test_where_a_person_watches_there_is_a_bar_that_fills() -> None:
    said: list[str] = []
    past, written = Days(), io.StringIO()
    console = Console(file=written, force_terminal=True, width=120, _environ={})
    with Told(past, said.append, console) as telling:
        for past.done in (0, 1, 3):
            past.under_way = past.done < 3
            assert telling.over() is not past.under_way
    assert "Making history, newest day first" in written.getvalue()
    assert "3/3" in written.getvalue()
    assert said == []


def test_where_nobody_watches_each_day_is_one_line() -> None:
    said: list[str] = []
    past = Days()
    with Told(past, said.append) as telling:
        for past.done in (0, 0, 1, 1, 3):
            past.reports = 100 * past.done
            past.under_way = past.done < 3
            assert telling.over() is not past.under_way
    assert said == ["History: 1 of 3 days, 100 reports.", "History: 3 of 3 days, 300 reports."]
