"""Agents are told when to test: when that changes, when a day turns, and when they connect."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from collecting import AGENT, NOW_MS, PACE, ROOM, SITE, install, make_bench
from roomreach import slots, strata, topics
from roomreach.desired import Desired
from roomreach.identifiers import AgentId, BuildingId, ProviderId, RoomId, SiteId
from roomreach.moments import moment
from roomreach.places import (
    Agent,
    Building,
    Category,
    Installation,
    Provider,
    Register,
    Role,
    Room,
    Safeguarding,
    Site,
)
from roomreach.wire import decode_desired, encode_desired
from roomreach_collector.collector import Collector
from roomreach_collector.inbox import Inbox
from roomreach_collector.memory import MemoryInbox
from roomreach_collector.register import CurrentRegister
from roomreach_collector.tally import Tally
from roomreach_collector.wanting import Wanting, wanted
from roomreach_store.records import Records, places
from roomreach_store.series.memory import MemorySeries
from servers import Mosquitto, wait_until

DAY_MS = 24 * 3_600_000


class Bench:
    """Wanting alone, on a clock that moves only when told."""

    def __init__(self, records: Records, *, most_at_once: int = 200) -> None:
        self.now_ms = NOW_MS
        self.inbox = MemoryInbox()
        self.inbox.start()
        self.tally = Tally()
        self.wanting = Wanting(
            post=self.inbox,
            register=CurrentRegister(records, every_s=0),
            tally=self.tally,
            clock=lambda: self.now_ms,
            most_at_once=most_at_once,
        )

    def told(self) -> list[tuple[AgentId, Desired]]:
        """Take a step; what was said in it."""
        self.wanting.step()
        said, self.inbox.desired = self.inbox.desired, []
        return said


@pytest.fixture
def bench(records: Records) -> Bench:
    install(records)
    return Bench(records)


def test_an_agent_is_told_its_slots_of_today_and_tomorrow_once(bench: Bench) -> None:
    ((agent, desired),) = bench.told()
    assert agent == AGENT
    days = [strata.day_of(slot.start_ms) for slot in desired.tests]
    assert days == [strata.day_of(NOW_MS)] * 6 + [strata.day_of(NOW_MS + DAY_MS)] * 6
    assert desired.issued_ms == strata.begins_ms(strata.day_of(NOW_MS))
    assert bench.told() == []
    assert bench.tally.desired == 1


def test_it_is_told_again_when_the_day_turns_in_london(bench: Bench) -> None:
    ((_, first),) = bench.told()
    bench.now_ms = strata.begins_ms(strata.day_of(NOW_MS) + timedelta(days=1)) - 1
    assert bench.told() == []
    bench.now_ms += 1
    ((_, second),) = bench.told()
    assert second.tests[:6] == first.tests[6:]
    assert second.version > first.version


def test_it_is_told_again_when_the_register_changes_its_slots_and_not_otherwise(
    bench: Bench, records: Records
) -> None:
    ((_, first),) = bench.told()
    with records.transaction() as c:
        places.add_agent(c, Agent(id=AgentId("a-spare222")))
    ((agent, nothing),) = bench.told()
    assert (agent, nothing.tests) == ("a-spare222", ())
    newcomer = AgentId("a-second222")
    install(records, newcomer, since=datetime(2026, 11, 20, 11, tzinfo=UTC))
    told = dict(bench.told())
    assert told[AGENT].tests[:6] == first.tests[:6], "today's slots stay where they were"
    assert told[AGENT].version > first.version
    assert all(slot.start_ms >= NOW_MS - 3_600_000 for slot in told[newcomer].tests)


def test_an_agent_that_connects_is_told_at_once_and_a_stranger_nothing(bench: Bench) -> None:
    said = bench.told()
    bench.wanting.greeted([AGENT, AgentId("a-stranger2")])
    assert bench.told() == said
    assert bench.told() == []


def test_nobody_is_forgotten_while_there_is_no_broker(bench: Bench) -> None:
    bench.inbox.stop()
    assert bench.told() == []
    assert not bench.wanting.busy, "it does not spin meanwhile"
    bench.inbox.start()
    assert bench.wanting.busy
    assert [agent for agent, _ in bench.told()] == [AGENT]


def test_many_are_told_a_few_at_a_time_who_connects_first(records: Records) -> None:
    with records.transaction() as c:
        for number in range(25):
            agent = AgentId(f"a-agent{number:03}")
            places.add_agent(c, Agent(id=agent))
            since = datetime(2026, 1, 1, tzinfo=UTC)
            places.install(c, Installation(agent=agent, room=ROOM, role=Role.ROOM, since=since))
    bench = Bench(records, most_at_once=10)
    last = AgentId("a-agent024")
    bench.wanting.greeted([last])
    told = [bench.told(), bench.told(), bench.told()]
    assert [len(said) for said in told] == [10, 10, 5]
    assert told[0][0][0] == last
    assert not bench.wanting.busy


def test_two_collectors_say_the_same_bytes_and_so_does_one_that_was_restarted(records: Records) -> None:
    install(records)
    first, second = (Bench(records).told() for _ in range(2))
    assert [encode_desired(desired) for _, desired in first] == [
        encode_desired(desired) for _, desired in second
    ]


def test_each_day_s_share_of_the_site_s_bytes_is_told(bench: Bench) -> None:
    ((_, desired),) = bench.told()
    today, tomorrow = (strata.begins_ms(strata.day_of(NOW_MS + day * DAY_MS)) for day in (0, 1))
    assert [(share.from_ms, share.until_ms) for share in desired.shares] == [
        (today, tomorrow),
        (tomorrow, tomorrow + DAY_MS),
    ]
    assert all(share.most_bytes <= slots.SITE_BYTES for share in desired.shares)


def test_results_may_be_published_only_where_the_site_is_known_and_its_class_is_none() -> None:
    def allowed(safeguarding: Safeguarding | None, *, withheld: bool = False) -> bool:
        register = a_register(safeguarding, withheld=withheld)
        desired = wanted(register, strata.day_of(NOW_MS), version=1, issued_ms=1)
        assert desired[AgentId("a-nowhere22")].may_publish is False
        return desired[AGENT].may_publish

    assert allowed(Safeguarding.NONE)
    assert not allowed(Safeguarding.NONE, withheld=True)
    assert not any(allowed(one) for one in (None, *Safeguarding) if one is not Safeguarding.NONE)


def test_who_moves_today_between_an_open_and_a_confidential_site_publishes_nothing() -> None:
    register = a_register(Safeguarding.NONE, moves_to=Safeguarding.REFUGE)
    assert not wanted(register, strata.day_of(NOW_MS), version=1, issued_ms=1)[AGENT].may_publish


def a_register(
    safeguarding: Safeguarding | None, *, withheld: bool = False, moves_to: Safeguarding | None = None
) -> Register:
    """One agent that stands on a site, another that stands nowhere."""
    moved = moment(NOW_MS + 3_600_000)
    stands = [(safeguarding, withheld, datetime(2026, 11, 1, tzinfo=UTC), moved if moves_to else None)]
    if moves_to:
        stands.append((moves_to, False, moved, None))
    return Register(
        providers=[Provider(id=ProviderId("p-trust22"), name="Trust")],
        sites=[
            Site(
                id=SiteId(f"s-site{n}222"),
                provider=ProviderId("p-trust22"),
                host="E09000012",
                name="Manor",
                category=Category.HOSTEL,
                safeguarding=klass,
                withheld=hidden,
            )
            for n, (klass, hidden, _, _) in enumerate(stands)
        ],
        buildings=[
            Building(id=BuildingId(f"b-block{n}22"), site=SiteId(f"s-site{n}222"), name="Block")
            for n in range(len(stands))
        ],
        rooms=[
            Room(id=RoomId(f"r-room{n}222"), building=BuildingId(f"b-block{n}22"), label="1")
            for n in range(len(stands))
        ],
        agents=[Agent(id=AGENT), Agent(id=AgentId("a-nowhere22"))],
        installations=[
            Installation(agent=AGENT, room=RoomId(f"r-room{n}222"), role=Role.ROOM, since=since, until=until)
            for n, (_, _, since, until) in enumerate(stands)
        ],
    )


def test_nothing_of_a_place_is_in_it(bench: Bench) -> None:
    payload = encode_desired(bench.told()[0][1])
    for name in (SITE, ROOM, "Site", "Block", "Provider"):
        assert name.encode() not in payload


def test_a_collector_tells_and_a_presence_makes_it_tell_again(records: Records) -> None:
    install(records)
    bench = make_bench(records)
    bench.collector.turn()
    assert [agent for agent, _ in bench.inbox.desired] == [AGENT]
    assert bench.collector.tally.desired == 1


@contextmanager
def listening(port: int) -> Iterator[tuple[Client, list[MQTTMessage]]]:
    heard: list[MQTTMessage] = []
    ready = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _userdata, message: heard.append(message)
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe(topics.desired(AGENT), qos=1)
    assert ready.wait(20)
    try:
        yield client, heard
    finally:
        client.disconnect()
        client.loop_stop()


def test_the_broker_keeps_it_for_an_agent_that_comes_later_and_gets_it_anew_after_a_restart(
    records: Records, tmp_path: Path
) -> None:
    install(records)
    with Mosquitto(tmp_path / "broker") as broker:
        inbox = Inbox("127.0.0.1", broker.port, clock=lambda: NOW_MS)
        collector = Collector(
            inbox, records, MemorySeries(), clock=lambda: NOW_MS, pace=replace(PACE, idle_s=0.02)
        )
        collector.start()
        try:
            wait_until(lambda: collector.tally.desired == 1, "the broker being told")
            with listening(broker.port) as (_, heard):
                wait_until(lambda: len(heard) == 1, "an agent that comes later being told")
                assert (heard[0].qos, heard[0].retain) == (1, True)
                first = decode_desired(heard[0].payload)
                assert len(first.tests) == 12
            broker.kill()
            wait_until(lambda: not collector.connected, "the loss")
            broker.start()  # it has forgotten everything
            wait_until(lambda: collector.connected, "connecting again", within_s=40)
            with listening(broker.port) as (client, heard):
                client.publish(topics.presence(AGENT), b'{"v":1,"state":"online","at_ms":1}', qos=1)
                wait_until(lambda: len(heard) == 1, "the agent being told again")
                assert decode_desired(heard[0].payload) == first
        finally:
            collector.stop()
