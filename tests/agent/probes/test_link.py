"""What a radio says, through `iw`: recorded outputs, made-up text, and Debian's real program."""

import json
import math
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import machine
from roomreach.measurement import Link, NotMeasured, Reason
from roomreach.shape import fields_of
from roomreach.wire import measurement_document
from roomreach_agent import rounds
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.probes.link import LinkProbe, first_radio, parse
from roomreach_agent.shell import ReplayShell, SystemShell

CAPTURES = sorted((Path(__file__).parent.parent / "captures" / "link").glob("*.txt"))


def test_there_are_captures_to_replay():
    assert len(CAPTURES) >= 12


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_a_capture_gives_the_measurement_beside_it(capture: Path):
    shell = ReplayShell.of_transcript(capture.read_text())
    measurements = rounds.take([LinkProbe(shell=shell, interface="wlan0")])
    documents = [measurement_document(measurement) for measurement in measurements]
    assert documents == json.loads(capture.with_suffix(".json").read_text())


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_no_name_and_no_address_of_a_network_gets_into_a_measurement(capture: Path):
    shell = ReplayShell.of_transcript(capture.read_text())
    said = repr(rounds.take([LinkProbe(shell=shell, interface="wlan0")]))
    assert not re.search(r"([0-9a-f]{2}:){2}", said)
    assert "Example" not in said
    assert "wlan0" not in said


@pytest.mark.parametrize(
    ("said", "rate"),
    [
        ("6.0 MBit/s", 6.0),
        ("65.0 MBit/s MCS 6", 65.0),
        ("72.2 MBit/s MCS 7 short GI", 72.2),
        ("300.0 MBit/s MCS 15 40MHz short GI", 300.0),
        ("468.0 MBit/s VHT-MCS 5 80MHz short GI VHT-NSS 2", 468.0),
        ("286.7 MBit/s HE-MCS 11 HE-NSS 2 HE-GI 0 HE-DCM 0", 286.7),
        ("2882.4 MBit/s 160MHz EHT-MCS 13 EHT-NSS 2 EHT-GI 0", 2882.4),
        ("(unknown)", None),
        ("MCS 6", None),
        ("", None),
    ],
)
def test_rates_of_every_form_are_read(said, rate):
    found = parse(f"Connected to 02:00:00:00:00:01 (on wlan0)\n\trx bitrate: {said}\n")
    assert found == Link(rx_rate_mbps=rate)


@pytest.mark.parametrize(
    ("said", "dbm"),
    [("-110", -110), ("-5", -5), ("-4", None), ("-111", None), ("0", None), ("93", None), ("-53.50", -54)],
)
def test_only_strengths_that_a_radio_can_have_are_kept(said, dbm):
    found = parse(f"Connected to 02:00:00:00:00:01 (on wlan0)\n\tsignal: {said} dBm\n")
    assert found == Link(signal_dbm=dbm)


# Text that looks like iw's in parts finds more than noise does.
_WORDS = st.sampled_from(
    [
        "Connected to ",
        "02:00:00:00:00:01",
        " (on wlan0)",
        "Station ",
        "\n",
        "\t",
        "\t\t",
        "signal:",
        "freq: ",
        "-74 [-75, -76] dBm",
        "9999999999999999999999999999999999999999",
        "tx packets:\t",
        "rx bitrate: ",
        " MBit/s",
        "Not connected.",
        "²",
        "-",
    ]
)
_TEXT = st.one_of(st.text(), st.lists(_WORDS).map("".join))


@given(link=_TEXT, stations=_TEXT)
def test_any_text_is_a_link_with_finite_numbers_or_is_refused_with_a_reason(link, stations):
    try:
        found = parse(link, stations)
    except ProbeFailed as exc:
        found = Link(reason=exc.reason)
    assert found.reason in {None, Reason.NOT_ASSOCIATED, Reason.UNREADABLE}
    numbers = [getattr(found, field.name) for field in fields_of(Link) if field.name != "reason"]
    assert all(number is None or math.isfinite(number) for number in numbers)


def test_where_iw_is_missing_the_reason_is_the_missing_program():
    (found,) = rounds.take([LinkProbe(shell=ReplayShell(), interface="wlan0")])
    assert found == NotMeasured(of="link", reason=Reason.NO_PROGRAM, detail="the program iw is not installed")


def test_the_first_radio_is_found_by_either_mark_a_kernel_leaves(tmp_path: Path):
    (tmp_path / "eth0").mkdir()
    (tmp_path / "wlan1" / "phy80211").mkdir(parents=True)
    assert first_radio(tmp_path) == "wlan1"
    (tmp_path / "wlan0" / "wireless").mkdir(parents=True)
    assert first_radio(tmp_path) == "wlan0"


def test_a_machine_without_a_radio_is_no_crash_and_starts_no_program(tmp_path: Path):
    (found,) = rounds.take([LinkProbe(shell=ReplayShell(), interfaces=tmp_path)])
    assert found == NotMeasured(
        of="link", reason=Reason.NO_RADIO, detail="this machine has no wireless interface"
    )


def test_the_real_iw_asked_about_a_radio_that_is_not_there_says_so():
    machine.require("iw")
    (found,) = rounds.take([LinkProbe(shell=SystemShell(), interface="wlan99")])
    assert isinstance(found, NotMeasured)
    assert found.reason is Reason.NO_RADIO


@pytest.mark.skipif(
    any(Path("/sys/class/net").glob("*/phy80211")), reason="this machine has a radio of its own"
)
def test_this_machine_without_a_radio_is_not_measured_for_that_reason():
    (found,) = rounds.take([LinkProbe(shell=SystemShell())])
    assert isinstance(found, NotMeasured)
    assert found.reason is Reason.NO_RADIO
    assert os.sep not in found.detail
