"""One cause and one action: the first rung of the ladder that is wrong."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from roomreach.identifiers import AgentId
from roomreach.measurement import Gateway, Latency, Link, Measurement, Names, NotMeasured, Reason
from roomreach_agent.check import ExitCode, State, cause, findings
from roomreach_agent.settings import Broker, OutboxSettings, Settings, ThroughputSettings, Wifi
from servers import free_port

JOINED = Link(signal_dbm=-60)
ROUTER = Gateway(sent=5, received=5)
NAMES = Names(target="site", rcode=0)
WAY = Latency(target="hub", sent=5, received=5)
WELL = (JOINED, ROUTER, NAMES, WAY)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings of an agent whose folder can be written and whose broker takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as broker:
        yield Settings(
            agent=AgentId("a-23456789bc"),
            broker=Broker(port=broker.getsockname()[1]),
            latency={"hub": "hub.example"},
            outbox=OutboxSettings(path=tmp_path / "outbox.db"),
        )


def rungs(settings: Settings, measurements: tuple[Measurement, ...]) -> list[tuple[str, State]]:
    return [(f.rung, f.state) for f in findings(settings, measurements, synchronised=True)]


def test_where_every_rung_holds_there_is_no_cause(settings):
    found = findings(settings, WELL, synchronised=True)
    assert cause(found) is None
    assert [finding.rung for finding in found] == [
        "outbox", "radio", "router", "names", "way out", "broker", "speed", "clock",
    ]  # fmt: skip
    assert {finding.rung for finding in found if finding.state is not State.GOOD} == {"speed"}, "none is set"


def test_a_speed_server_is_knocked_on_and_its_token_read(settings, tmp_path):
    token = tmp_path / "token"
    asked = ThroughputSettings(server=f"http://127.0.0.1:{settings.broker.port}", token_file=token)
    with_server = replace(settings, throughput=asked)
    (lacking,) = (f for f in findings(with_server, WELL, synchronised=True) if f.rung == "speed")
    assert (lacking.state, lacking.code) == (State.WRONG, ExitCode.MEND_THIS_MACHINE)
    token.write_text("secret\n")
    assert ("speed", State.GOOD) in rungs(with_server, WELL)
    away = replace(settings, throughput=replace(asked, server=f"http://127.0.0.1:{free_port()}"))
    (gone,) = (f for f in findings(away, WELL, synchronised=True) if f.rung == "speed")
    assert (gone.state, gone.found) == (State.WRONG, "the speed server refuses connections")
    assert "secret" not in f"{lacking}{gone}"


@pytest.mark.parametrize(
    ("measurements", "rung", "code"),
    [
        ((Link(reason=Reason.NOT_ASSOCIATED), ROUTER, NAMES, WAY), "radio", ExitCode.MEND_THE_BUILDING),
        (
            (NotMeasured(of="link", reason=Reason.NO_PROGRAM, detail="the program iw is not installed"),),
            "radio",
            ExitCode.MEND_THIS_MACHINE,
        ),
        ((JOINED, Gateway(reason=Reason.NO_ROUTE)), "router", ExitCode.MEND_THE_BUILDING),
        (
            (
                JOINED,
                Gateway(reason=Reason.NO_ANSWER, sent=5),
                Names(target="site", reason=Reason.NO_ANSWER),
                Latency(target="hub", reason=Reason.NO_ANSWER),
            ),
            "router",
            ExitCode.MEND_THE_BUILDING,
        ),
        (
            (JOINED, ROUTER, Names(target="site", reason=Reason.SERVER_FAILURE), WAY),
            "names",
            ExitCode.MEND_THE_BUILDING,
        ),
        (
            (JOINED, ROUTER, NAMES, Latency(target="hub", reason=Reason.NO_ANSWER)),
            "way out",
            ExitCode.MEND_THE_BUILDING,
        ),
    ],
)
def test_the_lowest_broken_rung_is_the_cause_and_says_what_to_do(measurements, rung, code, settings):
    found = cause(findings(settings, measurements, synchronised=True))
    assert found is not None
    assert (found.rung, found.code) == (rung, code)
    assert found.action.endswith((".", "iw"))


def test_a_folder_that_cannot_be_written_comes_first(settings, tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "missing", tmp_path / "file"):
        wrong = replace(settings, outbox=OutboxSettings(path=folder / "outbox.db"))
        found = cause(findings(wrong, (Link(reason=Reason.NOT_ASSOCIATED),), synchronised=True))
        assert found is not None
        assert (found.rung, found.code) == ("outbox", ExitCode.MEND_THIS_MACHINE)
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_router_that_ignores_us_is_no_fault_when_hosts_beyond_it_answer(settings):
    silent = Gateway(reason=Reason.NO_ANSWER, sent=5)
    assert ("router", State.NOTED) in rungs(settings, (JOINED, silent, NAMES))
    assert ("router", State.NOTED) in rungs(settings, (JOINED, silent, WAY))
    assert ("router", State.WRONG) in rungs(settings, (JOINED, silent))


def test_a_machine_without_a_radio_is_no_fault_unless_the_settings_name_one(settings):
    none = NotMeasured(of="link", reason=Reason.NO_RADIO)
    assert ("radio", State.NOTED) in rungs(settings, (none,))
    assert ("radio", State.WRONG) in rungs(replace(settings, wifi=Wifi(interface="wlan9")), (none,))


def test_where_no_anchor_is_set_that_is_said(settings):
    unasked = NotMeasured(of="latency", target="hub", reason=Reason.NOT_CONFIGURED)
    found = findings(replace(settings, latency={}), (unasked,), synchronised=True)
    assert cause(found) is None
    assert any("no anchor is set" in finding.found for finding in found)


def test_one_anchor_that_answers_is_enough(settings):
    silent = Latency(target="anchor_1", reason=Reason.NO_ANSWER)
    assert cause(findings(settings, (silent, WAY), synchronised=True)) is None


def test_the_other_resolver_failing_alone_is_no_fault(settings):
    other = Names(target="other", reason=Reason.NO_ANSWER)
    assert cause(findings(settings, (NAMES, other), synchronised=True)) is None


def test_a_broker_that_refuses_is_told_from_one_that_does_not_answer(settings):
    refusing = replace(settings, broker=Broker(port=free_port()))
    found = cause(findings(refusing, WELL, synchronised=True))
    assert found is not None
    assert found.rung == "broker"
    assert "refuses" in found.found
    unknown = replace(settings, broker=Broker(host="nobody.invalid"))
    found = cause(findings(unknown, WELL, synchronised=True))
    assert found is not None
    assert "does not answer" in found.found


def test_a_clock_nobody_vouches_for_is_said_and_stops_nothing(settings):
    found = findings(settings, WELL, synchronised=False)
    assert cause(found) is None
    assert (found[-1].rung, found[-1].state) == ("clock", State.NOTED)
