"""What the server wants reaches an agent through a real broker, and a test it wants ends in a report."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from outboxes import a_clock, an_outbox, read
from roomreach import topics
from roomreach.desired import Desired, Slot
from roomreach.identifiers import AgentId, mint
from roomreach.measurement import Throughput
from roomreach.wire import decode_stored_report, encode_desired
from roomreach_agent.probes import Tools
from roomreach_agent.run import Agent
from roomreach_agent.settings import Broker, OutboxSettings, Settings, ThroughputSettings
from roomreach_agent.shell import SystemShell
from roomreach_agent.uplink import Line
from servers import Mosquitto, wait_until
from small_collector import SmallCollector, now_ms
from tester_bench import Kernel, SimulatedEngine
from tester_bench import Line as WayOut
from uplinks import sending


@pytest.fixture
def name() -> AgentId:
    """An agent of its own for each test: the broker keeps what was said to another."""
    return AgentId(mint("a", os.urandom(16)))


def say(port: int, name: AgentId, payload: bytes) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.publish(topics.desired(name), payload, qos=1, retain=True).wait_for_publish(20)
    client.disconnect()
    client.loop_stop()


def word(version: int, *, in_s: float = 3600) -> bytes:
    start_ms = now_ms() + round(in_s * 1000)
    slot = Slot(start_ms=start_ms, latest_ms=start_ms + 60_000, most_bytes=2_000_000)
    return encode_desired(Desired(version=version, issued_ms=now_ms(), tests=(slot,)))


@contextmanager
def an_agent(
    port: int, folder: Path, name: AgentId, *, interval_s: int = 1
) -> Iterator[tuple[Agent, SimulatedEngine]]:
    settings = Settings(
        agent=name,
        interval_s=interval_s,
        probes=("throughput", "health"),
        broker=Broker(port=port),
        outbox=OutboxSettings(path=folder / "outbox.db"),
        throughput=ThroughputSettings(server="http://192.0.2.9:8805"),
        clock_kept_by_host=True,
    )
    kernel = Kernel()
    engine = SimulatedEngine(a_clock(), kernel)
    tools = Tools(
        shell=SystemShell(), echo=WayOut(), engines={"own": lambda _settings, _tools: engine}, meter=kernel
    )
    agent = Agent(settings, tools, start_within_s=0)
    agent.start()
    try:
        yield agent, engine
    finally:
        agent.stop()


def test_a_wanted_test_is_made_and_reported(mosquitto: Mosquitto, tmp_path: Path, name: AgentId) -> None:
    with (
        SmallCollector(mosquitto.port) as collector,
        an_agent(mosquitto.port, tmp_path, name) as (_, engine),
    ):
        wait_until(lambda: len(collector.heard) >= 1, "a round heard")
        say(mosquitto.port, name, word(1, in_s=0.5))
        wait_until(lambda: bool(engine.asks), "a test")

        def reported() -> list[Throughput]:
            reports = [decode_stored_report(copies[0]) for copies in list(collector.heard.values())]
            return [one for report in reports for one in report.measurements if isinstance(one, Throughput)]

        wait_until(lambda: bool(reported()), "the test in a report")
        time.sleep(1.5)
        (found,) = reported()
    assert (found.target, found.engine, found.download_mbps, found.line_busy) == ("server", "own", 30, False)
    assert (found.spent_bytes or 0) <= 2_000_000
    assert (found.waited_s or 0) < 10


def test_an_agent_that_is_stopped_before_its_next_round_keeps_what_a_test_has_found(
    mosquitto: Mosquitto, tmp_path: Path, name: AgentId
) -> None:
    with an_agent(mosquitto.port, tmp_path, name, interval_s=3600) as (agent, _):
        say(mosquitto.port, name, word(1, in_s=0.5))
        wait_until(lambda: bool(agent._finished._waiting), "a test that ended")
    with an_outbox(tmp_path / "outbox.db", a_clock()) as outbox:
        told = [one for report in read(outbox) for one in report.measurements]
    assert [one.download_mbps for one in told if isinstance(one, Throughput)] == [30]


def test_what_the_broker_keeps_is_heard_on_connecting_and_changes_and_garbage_are_told_apart(
    mosquitto: Mosquitto, tmp_path: Path, name: AgentId, caplog: pytest.LogCaptureFixture
) -> None:
    say(mosquitto.port, name, word(5))
    with SmallCollector(mosquitto.port), an_agent(mosquitto.port, tmp_path, name) as (agent, engine):
        tally = agent._uplink.tally
        assert agent._tester
        wanted = agent._tester._wanted
        wait_until(lambda: bool(wanted.current), "what the broker kept")
        say(mosquitto.port, name, word(4))
        wait_until(lambda: tally.ignored == 1, "an older word being ignored")
        say(mosquitto.port, name, b"garbage")
        wait_until(lambda: tally.ignored == 2, "garbage being ignored")
        say(mosquitto.port, name, word(6))
        wait_until(lambda: bool(wanted.current and wanted.current.version == 6), "a newer word")
        assert engine.asks == []
    assert caplog.text.count("is ignored") == 2


def test_an_agent_without_a_broker_goes_by_what_it_heard_last(
    mosquitto: Mosquitto, tmp_path: Path, name: AgentId
) -> None:
    with SmallCollector(mosquitto.port), an_agent(mosquitto.port, tmp_path, name) as (agent, _):
        assert agent._tester
        wait_until(lambda: agent._tester._until_ms is not None, "its first turn")  # type: ignore[union-attr]
        say(mosquitto.port, name, word(1, in_s=3))
        wait_until(lambda: bool(agent._tester._wanted.current), "hearing it")  # type: ignore[union-attr]
    with an_agent(1, tmp_path, name) as (_, engine):
        wait_until(lambda: bool(engine.asks), "the test")


class Refuses(Line):
    """A line to a broker that lets us hear receipts, and not what is desired."""

    def _on_subscribe(self, client, data, mid, reasons, properties):
        refused = ReasonCode(PacketTypes.SUBACK, identifier=0x87)
        super()._on_subscribe(client, data, mid, [reasons[0], refused], properties)


def test_a_broker_that_keeps_it_to_itself_costs_the_tests_and_nothing_else(
    mosquitto: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with SmallCollector(mosquitto.port), sending(mosquitto.port, tmp_path, line=Refuses) as agent:
        agent.put(3)
        wait_until(agent.drained, "all stored")
    assert "no tests" in caplog.text
