"""The latest of each agent is right in whatever order, in whatever batches and however often reports come."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from roomreach.answers import Answer, Run
from roomreach.identifiers import AgentId
from roomreach_store.records import Records, latest
from roomreach_store.records.latest import Heard
from roomreach_store.records.schema import LATEST

FIRST, SECOND = AgentId("a-first22"), AgentId("a-second22")


def heard(taken_ms: int, online: Answer = Answer.YES, agent: AgentId = FIRST, received_ms: int = 0) -> Heard:
    payload = f"{agent} {taken_ms}".encode()
    return Heard(
        agent=agent,
        taken_ms=taken_ms,
        received_ms=received_ms,
        payload=payload,
        online=online,
        covered=covered(online),
    )


def covered(online: Answer) -> Answer:
    """Another answer than whether it is online, so that no run can stand in the other's place."""
    return {Answer.YES: Answer.NO, Answer.NO: Answer.UNKNOWN, Answer.UNKNOWN: Answer.YES}[online]


def test_nothing_heard_is_nothing_known(records: Records) -> None:
    with records.transaction() as c:
        latest.merge(c, [])
        assert latest.latest(c) == {}


def test_the_newest_report_stays_when_an_older_one_arrives(records: Records) -> None:
    with records.transaction() as c:
        latest.merge(c, [heard(200, Answer.NO, received_ms=1), heard(100, agent=SECOND)])
    with records.transaction() as c:
        latest.merge(c, [heard(100, Answer.NO, received_ms=2), heard(200, Answer.NO, received_ms=3)])
    with records.reading() as c:
        known = latest.latest(c)
    assert set(known) == {FIRST, SECOND}
    newest = known[FIRST]
    assert (newest.taken_ms, newest.received_ms, newest.payload) == (200, 1, b"a-first22 200")
    assert newest.online == Run(((100, Answer.NO), (200, Answer.NO)))
    assert newest.online.no_since_ms == 100
    assert newest.covered == Run(((100, Answer.UNKNOWN), (200, Answer.UNKNOWN)))


REPORTS = st.lists(st.tuples(st.sampled_from([FIRST, SECOND]), st.integers(0, 150)), max_size=150)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reports=REPORTS, cuts=st.sets(st.integers(0, 150), max_size=6))
def test_merging_in_batches_is_hearing_one_by_one(
    records: Records, reports: list[tuple[AgentId, int]], cuts: set[int]
) -> None:
    said = list(Answer)
    arrived = [heard(minute * 60_000, said[minute * 7 % 3], agent) for agent, minute in reports]
    with records.transaction() as c:
        c.execute(delete(LATEST))
        edges = [0, *sorted(cut for cut in cuts if cut < len(arrived)), len(arrived)]
        for start, end in pairwise(edges):
            latest.merge(c, arrived[start:end])
        known = latest.latest(c)
    for agent in {report.agent for report in arrived}:
        online, covers = Run(), Run()
        mine = [report for report in arrived if report.agent == agent]
        for report in mine:
            online = online.with_report(report.taken_ms, report.online)
            covers = covers.with_report(report.taken_ms, report.covered)
        newest = max(mine, key=lambda report: report.taken_ms)
        assert known[agent].online == online
        assert known[agent].covered == covers
        assert (known[agent].taken_ms, known[agent].payload) == (newest.taken_ms, newest.payload)
    assert len(known) == len({report.agent for report in arrived})


def test_an_agent_known_to_an_older_version_has_no_answers_on_its_coverage_yet(records: Records) -> None:
    with records.transaction() as c:
        latest.merge(c, [heard(100)])
        c.execute(update(LATEST).values(covered_run=None))
        assert latest.latest(c)[FIRST].covered == Run()
        latest.merge(c, [heard(200)])
        assert latest.latest(c)[FIRST].covered == Run(((200, Answer.NO),))
