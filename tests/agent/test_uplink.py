"""Sending over a real broker, until a receipt comes back."""

import time
from pathlib import Path

import pytest

from examples import AGENT
from outboxes import a_clock
from roomreach.receipt import Receipt, Refusal, Refusing
from roomreach.wire import decode_stored_report, digest
from roomreach_agent.settings import Broker
from roomreach_agent.uplink import Line
from roomreach_agent.uplink.bell import Bell
from roomreach_agent.uplink.line import Ready
from servers import Mosquitto, free_port, wait_until
from small_collector import SmallCollector, now_ms
from uplinks import sending

QUIET_S = 0.3
"""How long nothing must happen for a test to believe that nothing will."""


def test_reports_are_sent_oldest_first_and_forgotten_when_stored(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with SmallCollector(mosquitto.port) as collector, sending(mosquitto.port, tmp_path) as agent:
        keys = agent.put(20)
        wait_until(agent.drained, "every report stored")
        assert list(collector.heard) == keys
        assert all(len(copies) == 1 for copies in collector.heard.values())
        assert agent.outbox.counts().stored == 20
        late = agent.put()
        wait_until(agent.drained, "a report put while connected stored")
        assert late[0] in collector.heard


def test_the_broker_s_acknowledgement_lets_nothing_be_forgotten(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with (
        SmallCollector(mosquitto.port, answering=False) as collector,
        sending(mosquitto.port, tmp_path) as agent,
    ):
        agent.put(5)
        wait_until(lambda: len(collector.heard) == 5, "five reports heard")
        time.sleep(QUIET_S)
        assert agent.outbox.counts().waiting == 5


def test_a_report_without_a_receipt_is_sent_again_ever_more_patiently(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with (
        SmallCollector(mosquitto.port, answering=False) as collector,
        sending(mosquitto.port, tmp_path, resend_after_s=30) as agent,
    ):
        (key,) = agent.put()
        wait_until(lambda: len(collector.heard[key]) == 1, "the first sending")
        sent = 1
        for wait_s in (30, 60, 120, 240, 480, 600, 600):
            agent.advance(wait_s - 0.1)
            time.sleep(0.1)
            assert len(collector.heard[key]) == sent, f"sent again before {wait_s} s"
            agent.advance(wait_s * 0.25 + 0.2)  # the jitter
            sent += 1
            wait_until(lambda now=sent: len(collector.heard[key]) == now, f"again after {wait_s} s")
        assert len(set(collector.heard[key])) == 1, "the bytes never change"
        assert agent.uplink.tally.resent == 7


def test_at_most_a_window_of_reports_is_under_way(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with (
        SmallCollector(mosquitto.port, answering=False) as collector,
        sending(mosquitto.port, tmp_path, window=10) as agent,
    ):
        keys = agent.put(50)
        wait_until(lambda: len(collector.heard) >= 10, "a window heard")
        time.sleep(QUIET_S)
        assert list(collector.heard) == keys[:10]
        assert agent.outbox.id is not None
        collector.answer(agent.agent, Receipt(at_ms=now_ms(), outbox=agent.outbox.id, stored=((1, 4),)))
        wait_until(lambda: len(collector.heard) >= 14, "the window moving on")
        time.sleep(QUIET_S)
        assert list(collector.heard) == keys[:14]


def test_the_broker_s_own_limit_is_respected(tmp_path: Path) -> None:
    # A client that sends more than the broker's Receive Maximum is disconnected.
    with (
        Mosquitto(tmp_path / "broker", settings="max_inflight_messages 3") as broker,
        SmallCollector(broker.port) as collector,
        sending(broker.port, tmp_path) as agent,
    ):
        agent.put(300)
        wait_until(agent.drained, "every report stored")
        assert len(collector.heard) == 300
        assert agent.uplink.tally.resent == 0


def test_no_more_is_sent_than_the_broker_allows_before_it_acknowledges(tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "broker", settings="max_inflight_messages 3") as broker:
        clock, bell = a_clock(), Bell()
        line = Line(Broker(port=broker.port), AGENT, clock=clock, window=100)
        line.open()
        while not line.events:
            line.wait(1, bell.descriptor)
        assert list(line.events) == [Ready()]
        assert [line.publish("t", b"") is not None for _ in range(5)] == [True] * 3 + [False] * 2
        line.close()
        bell.close()


def test_a_refused_report_leaves_if_it_is_about_our_bytes(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with (
        SmallCollector(mosquitto.port, answering=False) as collector,
        sending(mosquitto.port, tmp_path) as agent,
    ):
        ours, others = agent.put(2)
        wait_until(lambda: len(collector.heard) == 2, "both heard")
        refused = (
            Refusing(ours.sequence, digest(collector.heard[ours][0]), Refusal.FUTURE_DATED),
            Refusing(others.sequence, "0" * 16, Refusal.CONFLICT),
        )
        collector.answer(agent.agent, Receipt(at_ms=now_ms(), outbox=ours.outbox, refused=refused))
        wait_until(lambda: agent.uplink.tally.refused == 1, "the refusal heard")
        assert agent.outbox.oldest(9) == [others]


def test_what_is_no_receipt_is_ignored_and_the_next_one_is_heard(
    mosquitto: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        SmallCollector(mosquitto.port, answering=False) as collector,
        sending(mosquitto.port, tmp_path) as agent,
    ):
        (key,) = agent.put()
        wait_until(lambda: key in collector.heard, "the report heard")
        for payload in (
            b"",
            b"\xff\xfe",
            b"[]",
            b'{"v":9,"at_ms":1}',
            b'{"v":1,"at_ms":1e999}',
            b"{" * 50_000,
        ):
            collector.say(agent.agent, payload)
        collector.answer(agent.agent, Receipt(at_ms=now_ms(), outbox=key.outbox, stored=((1, 1),)))
        wait_until(agent.drained, "the good receipt heard")
        assert agent.uplink.tally.unreadable == 6
    assert caplog.text.count("a receipt is ignored") == 6


def test_a_receipt_for_an_outbox_that_was_set_aside_is_ignored(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with (
        SmallCollector(mosquitto.port, answering=False) as collector,
        sending(mosquitto.port, tmp_path) as agent,
    ):
        (key,) = agent.put()
        wait_until(lambda: key in collector.heard, "the report heard")
        collector.answer(
            agent.agent,
            Receipt(at_ms=now_ms(), outbox="o-zzzzzzzzzz", stored=((1, 9),)),  # type: ignore[arg-type]
        )
        time.sleep(QUIET_S)
        assert agent.outbox.counts().waiting == 1


def test_nobody_listening_is_said_once_and_loses_nothing(
    mosquitto: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with sending(mosquitto.port, tmp_path) as agent:
        keys = agent.put(5)
        wait_until(lambda: "passes no reports on" in caplog.text, "it being said")
        with SmallCollector(mosquitto.port) as collector:
            agent.advance(40)
            wait_until(agent.drained, "every report stored")
            assert set(collector.heard) == set(keys)
    assert caplog.text.count("passes no reports on") == 1


def test_a_broker_that_refuses_reports_loses_nothing(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.write_text("topic read #\ntopic write roomreach/v1/agents/+/presence\n")
    with (
        Mosquitto(tmp_path / "broker", settings=f"acl_file {rules}\nuser root") as broker,
        sending(broker.port, tmp_path) as agent,
    ):
        agent.put(5)
        wait_until(lambda: agent.uplink.tally.sent >= 5, "five reports sent")
        time.sleep(QUIET_S)
        assert agent.outbox.counts().waiting == 5


def test_presence_says_online_then_offline(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with SmallCollector(mosquitto.port) as collector:
        with sending(mosquitto.port, tmp_path) as agent:
            wait_until(lambda: bool(collector.presences), "online")
        wait_until(lambda: len(collector.presences) == 2, "offline")
    assert [(name, b"online" in said) for name, said in collector.presences] == [
        (agent.agent, True),
        (agent.agent, False),
    ]


# The clock gate, end to end and without its bypass


def test_a_greeting_that_agrees_opens_the_gate_and_what_waited_is_put_right(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    three_days_s = 3 * 86_400
    with (
        SmallCollector(mosquitto.port) as collector,
        sending(mosquitto.port, tmp_path, synchronised=False, wall_off_s=-three_days_s) as agent,
    ):
        wait_until(lambda: bool(collector.presences), "the first greeting")
        truth_ms = agent.clock.now().wall_ms + three_days_s * 1000
        for _ in range(5):
            agent.put()
            agent.advance(1)
        time.sleep(QUIET_S)
        assert collector.heard == {}, "the greeting was three days away"
        agent.clock.step(three_days_s)  # somebody sets the clock, and the kernel does not say so
        collector.clock = lambda: agent.clock.now().wall_ms + 4_000
        agent.advance(30)  # present once more, greeted once more
        wait_until(agent.drained, "what waited stored")
        reports = [decode_stored_report(copies[0]) for copies in collector.heard.values()]
    assert [report.taken_ms for report in reports] == [truth_ms + 1_000 * n for n in range(5)]
    assert all(report.synchronised for report in reports)


def test_a_greeting_an_hour_away_keeps_the_gate_shut_for_a_day(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with (
        SmallCollector(mosquitto.port, greeting=False) as collector,
        sending(mosquitto.port, tmp_path, synchronised=False) as agent,
    ):
        # Behind, so that a step of the test's own clock cannot make them agree.
        collector.clock = lambda: agent.clock.now().wall_ms - 3_600_000
        collector.greeting = True
        agent.put(3)
        for hours in (1, 22, 0.99):
            agent.advance(3600 * hours)
            time.sleep(QUIET_S)
            assert collector.heard == {}
        agent.advance(40)
        wait_until(agent.drained, "the reports stored after a day")
        reports = [decode_stored_report(copies[0]) for copies in collector.heard.values()]
    assert [report.synchronised for report in reports] == [False, False, False]
    assert len(collector.presences) > 3, "present again and again, to be told the time"


def test_without_a_greeting_the_kernel_s_word_lets_reports_go(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with (
        SmallCollector(mosquitto.port, greeting=False) as collector,
        sending(mosquitto.port, tmp_path, synchronised=False) as agent,
    ):
        agent.put(2)
        time.sleep(QUIET_S)
        assert collector.heard == {}
        agent.clock.synchronised = True
        agent.uplink.wake()
        wait_until(agent.drained, "both stored")


def test_an_agent_whose_broker_is_nowhere_stops_at_once(tmp_path: Path) -> None:
    with sending(free_port(), tmp_path) as agent:
        agent.put(3)
        time.sleep(QUIET_S)
        began = time.monotonic()
        agent.uplink.stop()
        assert time.monotonic() - began < 1
        assert agent.outbox.counts().waiting == 3
