"""The real speedtest-cli against a stand-in for its service: none of its failures becomes a number."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ookla_stub import RATE_MBPS, Mode, OoklaStub
from roomreach.measurement import Outcome, Reason
from roomreach_agent.engines import Ask
from roomreach_agent.engines.machine import Machine
from roomreach_agent.engines.speedtest_cli.engine import SpeedtestCli
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.shell import SystemShell
from roomreach_agent.traffic import Carried, carried

ASK = Ask(target="server", most_bytes=10**9)


def every_interface() -> Carried:
    return carried(Path("/"), apart_from=())


def machine_with_a_port_of(tmp_path: Path, mbps: int) -> Machine:
    port = tmp_path / "sys/class/net/eth0"
    port.mkdir(parents=True)
    (port / "speed").write_text(f"{mbps}\n")
    route = tmp_path / "proc/net/route"
    route.parent.mkdir(parents=True)
    route.write_text(
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
        "eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\n"
    )
    return Machine(root=tmp_path)


@pytest.fixture
def service(tmp_path: Path, monkeypatch) -> Iterator[Callable[..., OoklaStub]]:
    with ExitStack() as opened:

        def start(mode: Mode, **length: int) -> OoklaStub:
            stub = opened.enter_context(OoklaStub(tmp_path, mode, **length))
            for name, value in stub.environment.items():
                monkeypatch.setenv(name, value)
            return stub

        yield start


def engine(tmp_path: Path, **changed) -> SpeedtestCli:
    given = {"machine": Machine(root=tmp_path / "no-port"), "traffic": every_interface, "within_s": 30.0}
    return SpeedtestCli(SystemShell(), **{**given, **changed})


def test_a_good_test_says_what_the_line_carried_and_what_it_cost(service, tmp_path: Path):
    stub = service(Mode.SUCCESS, test_s=2)
    found = engine(tmp_path).test(ASK)
    assert found.outcome is Outcome.OK
    assert (found.target, found.engine) == ("server", "speedtest_cli")
    assert found.download_mbps == pytest.approx(RATE_MBPS, rel=0.3)
    # It goes on through its list when time is up, and counts that time too.
    assert 0.5 * RATE_MBPS < found.upload_mbps < 1.1 * RATE_MBPS
    assert found.download_bytes == pytest.approx(RATE_MBPS * 1e6 / 8 * 2, rel=0.4)
    assert found.upload_bytes == pytest.approx(stub.received, rel=0.3)
    assert found.confident is False
    assert found.lasted_s > 4
    asked = {path.rpartition("/")[2] for path in stub.asked if not path.endswith(".jpg")}
    assert asked == {"speedtest-config.php", "speedtest-servers-static.php", "latency.txt", "upload"}


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (Mode.FORBIDDEN, Reason.FORBIDDEN),
        (Mode.LIST_FORBIDDEN, Reason.FORBIDDEN),
        (Mode.DOWNLOADS_REFUSED, Reason.DOWNLOAD_REFUSED),
        (Mode.A_DOWNLOAD_REFUSED, Reason.DOWNLOAD_REFUSED),
        (Mode.UPLOADS_REFUSED, Reason.UPLOAD_REFUSED),
        (Mode.UPLOADS_READ_AND_REFUSED, Reason.UPLOAD_REFUSED),
        (Mode.UPLOADS_DROPPED, Reason.UPLOAD_REFUSED),
        (Mode.NO_LATENCY_FILE, Reason.NO_LATENCY),
        (Mode.BROKEN, Reason.UNREADABLE),
    ],
)
def test_no_failure_of_the_service_becomes_a_number(service, tmp_path: Path, mode: Mode, reason: Reason):
    service(mode)
    with pytest.raises(ProbeFailed) as failed:
        engine(tmp_path).test(ASK)
    assert failed.value.reason is reason


def test_a_service_that_never_finishes_is_given_up_in_time(service, tmp_path: Path):
    service(Mode.HANG)
    with pytest.raises(ProbeFailed) as failed:
        engine(tmp_path, within_s=3.0).test(ASK)
    assert failed.value.reason is Reason.TIMED_OUT


def test_speeds_that_no_port_of_this_machine_carries_are_not_believed(service, tmp_path: Path):
    service(Mode.ABSURD)
    with pytest.raises(ProbeFailed) as failed:
        engine(tmp_path, machine=machine_with_a_port_of(tmp_path, 100)).test(ASK)
    assert failed.value.reason is Reason.IMPLAUSIBLE
    assert "100 Mbit/s" in failed.value.detail


def test_bytes_that_the_kernel_never_carried_are_not_believed(service, tmp_path: Path):
    service(Mode.SUCCESS)
    with pytest.raises(ProbeFailed) as failed:
        engine(tmp_path, traffic=Carried).test(ASK)
    assert failed.value.reason is Reason.IMPLAUSIBLE
    assert "kernel" in failed.value.detail


def test_a_service_that_nothing_leads_to_is_a_failed_measurement(service, tmp_path: Path, monkeypatch):
    service(Mode.SUCCESS)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    found = engine(tmp_path).test(ASK)
    assert (found.outcome, found.reason, found.download_mbps) == (Outcome.FAILED, Reason.NO_ANSWER, None)


def test_somebody_else_in_the_services_place_is_told_by_the_certificate(service, tmp_path: Path, monkeypatch):
    service(Mode.SUCCESS)
    monkeypatch.delenv("SSL_CERT_FILE")
    found = engine(tmp_path).test(ASK)
    assert (found.outcome, found.reason) == (Outcome.FAILED, Reason.INTERCEPTED)
