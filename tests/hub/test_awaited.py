"""A demonstration waits for everybody's first report: aloud, and for nobody who has fallen silent."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from roomreach.answers import Answer
from roomreach.identifiers import AgentId
from roomreach_hub import demo
from roomreach_hub.buildings import on_record
from roomreach_hub.buildings.hostel import Script, lodgings
from roomreach_store.records import Records, latest
from roomreach_store.records.latest import Heard

BEGAN_S = 1_770_000_000.0


class Waiting:
    """The hostel on record, of which some are heard, and a clock that moves when told."""

    def __init__(self, records: Records) -> None:
        self.records, self.now_s, self.said = records, BEGAN_S, list[str]()
        places = lodgings(Script(), BEGAN_S)
        with records.transaction() as c:
            since = datetime.fromtimestamp(BEGAN_S, UTC)
            self.agents = on_record.record(c, places, host="E09000001", since=since)
        town = demo.Town(lodgings=places, agents=self.agents, sites=(), history=None)
        hub = SimpleNamespace(records=records, address=SimpleNamespace(page_port=1))
        self.awaited = demo.Awaited(hub, town, self.said.append, lambda: self.now_s)

    def hear(self, agents: tuple[AgentId, ...]) -> None:
        with self.records.transaction() as c:
            latest.merge(
                c,
                [
                    Heard(agent=agent, taken_ms=1, received_ms=1, payload=b"{}", online=Answer.YES)
                    for agent in agents
                ],
            )


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Waiting]:
    monkeypatch.setattr(demo.asking, "answers", lambda _port, _path: True)
    with closing(Records.open(f"sqlite:///{tmp_path}/records.db")) as records:
        yield Waiting(records)


def test_it_is_over_once_everybody_was_heard(waiting: Waiting) -> None:
    waiting.hear(waiting.agents[:-1])
    assert not waiting.awaited.all_heard()
    waiting.hear(waiting.agents)
    assert waiting.awaited.all_heard()
    assert waiting.said == []


def test_a_box_that_fell_silent_before_its_first_report_is_waited_for_no_longer(waiting: Waiting) -> None:
    (silent,) = [
        agent
        for agent, one in zip(waiting.agents, lodgings(Script(), BEGAN_S), strict=True)
        if one.silent_at_s is not None
    ]
    waiting.hear(tuple(agent for agent in waiting.agents if agent != silent))
    assert not waiting.awaited.all_heard()
    waiting.now_s += Script().silent_at_s + 1
    assert waiting.awaited.all_heard()


def test_every_half_minute_it_says_how_many_are_missing(waiting: Waiting) -> None:
    waiting.hear(waiting.agents[1:])
    for _ in range(70):
        waiting.awaited.all_heard()
        waiting.now_s += 1
    assert waiting.said == 2 * ["Still waiting for the first report of 1 of 6 agents."]
