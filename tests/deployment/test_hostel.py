"""The made-up hostel's container: on record once, whatever is lost between two starts; well while measuring.

``test_fresh_folder.py`` runs it beside the others.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from roomreach.errors import Misconfigured
from roomreach.identifiers import AgentId
from roomreach_hub.buildings.equipment import settings as agent_settings
from roomreach_hub.buildings.hostel import Script, lodgings
from roomreach_hub.buildings.service import orders, recorded
from roomreach_hub.buildings.settings import Settings
from roomreach_hub.buildings.well import SILENT_AFTER_S, lives
from roomreach_store.records import Records, places

ROOMS = lodgings(Script())


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with closing(Records.open(f"sqlite:///{tmp_path}/records.db")) as opened:
        yield opened


def on_record(records: Records) -> set[str]:
    with records.reading() as c:
        return set(places.register(c).agents)


def test_put_on_record_twice_it_is_the_same_hostel(records: Records, tmp_path: Path) -> None:
    first = recorded(records, ROOMS, tmp_path / "agents.json")
    again = recorded(records, ROOMS, tmp_path / "agents.json")
    assert first == again
    assert on_record(records) == set(first)
    assert len(first) == len(ROOMS) == 6


def test_agents_that_the_records_lost_are_replaced(records: Records, tmp_path: Path) -> None:
    file = tmp_path / "agents.json"
    with closing(Records.open(f"sqlite:///{tmp_path}/lost.db")) as lost:
        before = recorded(lost, ROOMS, file)
    after = recorded(records, ROOMS, file)
    assert not set(before) & set(after)
    assert recorded(records, ROOMS, file) == after
    assert on_record(records) == set(after)


def test_where_nothing_can_be_remembered_nothing_is_put_on_record(records: Records, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        recorded(records, ROOMS, tmp_path / "gone" / "agents.json")
    assert on_record(records) == set()


@pytest.mark.parametrize("text", ["", "[", "6", "[6]", '["r-bcdfghjkmn"]'])
def test_what_names_no_agents_is_said_in_words(records: Records, tmp_path: Path, text: str) -> None:
    (tmp_path / "agents.json").write_text(text)
    with pytest.raises(Misconfigured, match="does not name the hostel's agents"):
        recorded(records, ROOMS, tmp_path / "agents.json")


def test_its_agents_report_to_the_broker_that_it_is_told() -> None:
    told = Settings(broker_host="mosquitto", broker_port=1884, records="", state=Path("/none"))
    agent = AgentId("a-bcdfghjkmn")
    today = orders(told, (agent,), Script(), began_s=0)
    broker = agent_settings(today, agent, ROOMS[0], Path("outbox.db")).broker
    assert (broker.host, broker.port) == ("mosquitto", 1884)


def test_it_lives_while_one_outbox_is_written(tmp_path: Path) -> None:
    assert not lives(tmp_path, 1000)
    for agent, written_s in {"a-silent": 0, "a-speaking": 1000}.items():
        outbox = tmp_path / agent / "outbox.db-wal"
        outbox.parent.mkdir()
        outbox.touch()
        os.utime(outbox, (written_s, written_s))
    assert lives(tmp_path, 1000 + SILENT_AFTER_S - 1)
    assert not lives(tmp_path, 1000 + SILENT_AFTER_S)
