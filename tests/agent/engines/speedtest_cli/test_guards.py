"""Each way in which speedtest-cli is known to be wrong has its own name, and nothing is started in vain."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.measurement import Reason, Throughput
from roomreach_agent.engines import Ask
from roomreach_agent.engines.direction import Failed
from roomreach_agent.engines.speedtest_cli.engine import SpeedtestCli, worst_bytes
from roomreach_agent.engines.speedtest_cli.judging import believe
from roomreach_agent.engines.speedtest_cli.reading import Answers, Claims, claims_of
from roomreach_agent.engines.speedtest_cli.witness import MARK, NOT_INSTALLED
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.shell import Finished, ReplayShell, SystemShell
from roomreach_agent.traffic import Carried, carried

# 5 Mbit/s down and 1 Mbit/s up for 10 s each, as on a slow line: no upload was whole when time was up.
SLOW = Claims(download=5e6, upload=1e6, received=6_250_000, sent=1_250_000, ping_ms=41.5)
KNOWN = {
    "downloads": Answers({"200": 12}),
    "uploads": Answers({"200": 3}),
    "carried": Carried(received=6_600_000, sent=1_400_000),
    "elapsed_s": 23.0,
    "port_mbps": 100,
}


def refused(claims: Claims = SLOW, **known) -> Reason:
    with pytest.raises(ProbeFailed) as failed:
        believe(claims, **{**KNOWN, **known})
    return failed.value.reason


def test_a_slow_line_is_believed_with_or_without_a_whole_upload():
    believe(SLOW, **KNOWN)
    believe(SLOW, **{**KNOWN, "uploads": Answers({})})


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"downloads": Answers({"500": 40})}, Reason.DOWNLOAD_REFUSED),
        ({"downloads": Answers({"200": 39, "503": 1})}, Reason.DOWNLOAD_REFUSED),
        ({"downloads": Answers({"dropped": 40})}, Reason.DOWNLOAD_REFUSED),
        ({"uploads": Answers({"413": 51})}, Reason.UPLOAD_REFUSED),
        ({"uploads": Answers({"200": 50, "429": 1})}, Reason.UPLOAD_REFUSED),
        ({"uploads": Answers({"dropped": 51})}, Reason.UPLOAD_REFUSED),
        ({"carried": Carried(received=6_600_000, sent=1_100_000)}, Reason.IMPLAUSIBLE),
        ({"carried": Carried(received=5_500_000, sent=1_400_000)}, Reason.IMPLAUSIBLE),
        ({"elapsed_s": 19.0}, Reason.IMPLAUSIBLE),
        ({"port_mbps": 4}, Reason.IMPLAUSIBLE),
    ],
)
def test_what_speaks_against_a_result_has_a_name(known, reason: Reason):
    assert refused(**known) is reason


@pytest.mark.parametrize(
    ("claimed", "reason"),
    [
        # What the program really prints, with exit code 0, when its stand-in refuses.
        ({"download": 0.0, "received": 0}, Reason.DOWNLOAD_REFUSED),
        ({"upload": 0.0, "sent": 0}, Reason.UPLOAD_REFUSED),
        ({"ping_ms": 1_800_000.0}, Reason.NO_LATENCY),
        ({"ping_ms": 3_600.0}, Reason.NO_LATENCY),
        ({"upload": 2_582e6, "sent": 151_000_000}, Reason.IMPLAUSIBLE),
    ],
)
def test_no_claim_known_to_be_wrong_is_believed(claimed, reason: Reason):
    assert refused(replace(SLOW, **claimed)) is reason


def test_without_a_known_port_the_fastest_is_the_bound():
    assert refused(replace(SLOW, download=10.1e9), port_mbps=None) is Reason.IMPLAUSIBLE


def test_bytes_that_only_filled_buffers_are_no_rate_even_where_the_kernel_agrees():
    quick = replace(SLOW, upload=40e6)
    assert refused(quick) is Reason.IMPLAUSIBLE


def said(lists: dict[str, int], stdout: str = "", code: int = 1) -> Finished:
    return Finished(stdout, f"a warning\n{MARK}{json.dumps({'list': lists})}\nERROR: something\n", code)


def test_what_is_no_result_says_why():
    for finished, reason in [
        (said({"403": 1}), Reason.FORBIDDEN),
        (said({"200": 1, "403": 4}), Reason.FORBIDDEN),
        (said({"200": 1}), Reason.UNREADABLE),
        (said({"200": 1}, "no JSON", 0), Reason.UNREADABLE),
        (said({"200": 1}, "[1, 2]", 0), Reason.UNREADABLE),
        (said({"200": 1}, '{"download": NaN}', 0), Reason.UNREADABLE),
        (Finished(stderr="Segmentation fault", code=-11), Reason.UNREADABLE),
        (Finished(code=NOT_INSTALLED), Reason.NO_PROGRAM),
    ]:
        with pytest.raises(ProbeFailed) as failed:
            claims_of(finished)
        assert failed.value.reason is reason
    for lists, reason in [({"dropped": 1}, Reason.NO_ANSWER), ({"untrusted": 1}, Reason.INTERCEPTED)]:
        with pytest.raises(Failed) as unanswered:
            claims_of(said(lists))
        assert unanswered.value.reason is reason


@given(st.text(max_size=300), st.text(max_size=300), st.integers(-15, 255))
def test_whatever_it_prints_is_a_result_or_a_reason(stdout: str, stderr: str, code: int):
    for text in (stderr, f"{MARK}{stderr}"):
        with pytest.raises((ProbeFailed, Failed)):
            claims_of(Finished(stdout, text, code))


def test_nothing_is_started_that_could_cost_more_than_is_left():
    engine = SpeedtestCli(ReplayShell())
    with pytest.raises(ProbeFailed) as failed:
        engine.test(Ask(target="server", most_bytes=50_000_000))
    assert failed.value.reason is Reason.BUDGET_SPENT


def test_the_worst_cost_is_bounded_by_a_slow_port_and_by_the_programs_lists():
    assert worst_bytes(10) == 27_500_000
    assert worst_bytes(100) == 275_000_000
    assert worst_bytes(1_000) == worst_bytes(None) == 618_200_000


def test_an_interpreter_without_the_program_says_so(tmp_path: Path):
    bare = tmp_path / "python"
    # Without site-packages nothing is installed.
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    for interpreter in (bare, tmp_path / "nowhere"):
        with pytest.raises(ProbeFailed) as failed:
            SpeedtestCli(SystemShell(), interpreter=interpreter).test(Ask(target="server", most_bytes=10**9))
        assert failed.value.reason is Reason.NO_PROGRAM


def test_the_buildings_wi_fi_is_not_its_business():
    with pytest.raises(ProbeFailed) as failed:
        SpeedtestCli(ReplayShell()).test(Ask(target="reference", most_bytes=10**9))
    assert failed.value.reason is Reason.NOT_CONFIGURED


def test_its_results_leave_for_somebody_elses_servers():
    assert SpeedtestCli.publishes is True


def test_a_measurement_has_no_room_for_what_its_json_says_of_the_household():
    told = {
        "download": 5e6,
        "upload": 1e6,
        "ping": 41.5,
        "bytes_received": 6_250_000,
        "bytes_sent": 1_250_000,
        "client": {"ip": "192.0.2.77", "isp": "A Household's Provider", "lat": "51.5", "lon": "-0.1"},
        "server": {"sponsor": "A Sponsor", "name": "A Town"},
    }
    claims = claims_of(said({"200": 2}, json.dumps(told), 0))
    assert claims == SLOW
    assert not {"client", "server", "isp"} & set(Throughput.__dataclass_fields__)


def test_the_kernels_count_leaves_out_what_stays_on_the_machine(tmp_path: Path):
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/dev").write_text(
        "Inter-|   Receive                  |  Transmit\n face |bytes packets |bytes packets\n"
        "    lo: 900 1 0 0 0 0 0 0 900 1 0 0 0 0 0 0\n"
        "  eth0: 100 1 0 0 0 0 0 0 10 1 0 0 0 0 0 0\n"
        " wlan0:5000 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n"
    )
    assert carried(tmp_path) == Carried(received=5_100, sent=17)
    assert carried(tmp_path / "elsewhere") == Carried()
    assert Carried(5, 5).since(Carried(10, 1)) == Carried(0, 4)
