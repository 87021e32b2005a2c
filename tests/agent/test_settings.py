"""The settings file: what holds, and everything that is wrong with it, at once."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.errors import Misconfigured
from roomreach.measurement import KINDS
from roomreach_agent.probes import PROBES
from roomreach_agent.settings import Settings, effective, load, parse, reference

AGENT = 'agent = "a-23456789bc"\n'
EXAMPLE = files("roomreach_agent").joinpath("agent.example.toml").read_text()


def faults_of(text: str) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        parse(text)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def test_the_agent_s_identifier_is_enough():
    settings = parse(AGENT)
    assert settings == Settings(agent=settings.agent)
    assert settings.probes == tuple(PROBES)


def test_no_public_host_is_a_default():
    settings = parse(AGENT)
    assert (dict(settings.latency), settings.names.other, settings.names.question) == ({}, "", ".")
    assert settings.broker.host == "127.0.0.1"


def test_the_example_that_is_shipped_shows_every_key_with_its_default():
    assert parse(EXAMPLE) == parse(AGENT)
    shown = [line.removeprefix("# ").partition(" = ")[0] for line in EXAMPLE.splitlines() if " = " in line]
    assert shown == [setting.key.rpartition(".")[2] for setting in reference()]


def test_every_table_is_read():
    settings = parse(
        AGENT
        + """
        interval_s = 15
        probes = ["health", "names"]
        broker = {host = "broker.example", port = 8883, ca = "/c", certificate = "/d", key = "/e"}
        wifi.interface = "wlan1"
        latency = {hub = "hub.example:8443", anchor_2 = "[2001:db8::1]:443", anchor_3 = ""}
        names = {question = "{random}.probe.example", other = "192.0.2.53"}
        outbox = {path = "/tmp/o.db", megabytes = 1.5, days = 2}
        clock.kept_by = "host"
        uplink = {resend_after_s = 0.5, resend_at_most_s = 2, window = 7}
        """
    )
    assert (settings.interval_s, settings.probes) == (15, ("health", "names"))
    assert settings.broker.ca == Path("/c")
    assert settings.latency == {"hub": "hub.example:8443", "anchor_2": "[2001:db8::1]:443"}
    assert settings.clock_kept_by_host
    assert (settings.outbox.path, settings.outbox.megabytes, settings.uplink.window) == (
        Path("/tmp/o.db"),  # noqa: S108 - a path that nobody opens
        1.5,
        7,
    )


def test_throughput_is_tested_where_the_settings_say_and_costs_what_they_allow():
    settings = parse(
        AGENT
        + """
        [throughput]
        server = "https://speed.example:8805"
        token_file = "/t"
        reference = "192.0.2.9:5201"
        budget_mb = 7.5
        confidential = true
        """
    ).throughput
    assert (settings.engine, settings.server, settings.token_file) == (
        "own", "https://speed.example:8805", Path("/t"),
    )  # fmt: skip
    assert (settings.reference, settings.budget_mb, settings.confidential) == ("192.0.2.9:5201", 7.5, True)


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('server = "speed.example"\ntoken_file = "/t"', "throughput.server"),
        ('server = "https://"\ntoken_file = "/t"', "throughput.server"),
        ('server = "http://speed.example:99999"\ntoken_file = "/t"', "throughput.server"),
        ('server = "https://speed.example"', "throughput.token_file"),
        ('engine = "iperf3"', "throughput.engine"),
        ('engine = "speedtest_cli"\nconfidential = true', "throughput.engine"),
        ('reference = "two words"', "throughput.reference"),
        ("budget_mb = -1", "throughput.budget_mb"),
        ('confidential = "yes"', "throughput.confidential"),
        ("confidential = 1", "throughput.confidential"),
    ],
)
def test_what_could_not_be_tested_or_should_not_be_is_refused(lines: str, key: str):
    (told,) = faults_of(f"{AGENT}[throughput]\n{lines}")
    assert told.startswith(f"{key}: ")


def test_every_fault_is_told_at_once_with_its_key():
    told = faults_of(
        """
        intervall_s = 5
        probes = ["lnk", "health", "health"]
        host = "broker.example"
        broker = {port = 70000, certificate = "/d"}
        wifi = "wlan0"
        latency = {hub = "a b", anchor_1 = "x:0"}
        names = {other = "dns.example", question = "two words"}
        outbox.path = ""
        uplink = {resend_after_s = 900, window = true}
        clock.kept_by = "nobody"
        """
    )
    assert sorted(line.partition(":")[0] for line in told) == [
        "agent",
        "broker.ca",
        "broker.certificate, broker.key",
        "broker.port",
        "clock.kept_by",
        "host",
        "intervall_s",
        "latency.anchor_1",
        "latency.hub",
        "names.other",
        "names.question",
        "outbox.path",
        "probes",
        "probes",
        "uplink.resend_at_most_s",
        "uplink.window",
        "wifi",
    ]
    assert "intervall_s: unknown; did you mean interval_s?" in told
    assert "host: unknown; did you mean broker.host?" in told
    assert "broker.port: is 70000, expected 1 to 65535" in told
    assert "probes: 'lnk' is unknown; did you mean link?" in told


@pytest.mark.parametrize("value", ["3", "true", '"r-23456789bc"', '"a-UPPERCASE1"', '"a-2345"'])
def test_what_is_no_agent_s_identifier_is_refused(value):
    (told,) = faults_of(f"agent = {value}")
    assert told.startswith("agent: ")


@pytest.mark.parametrize(
    "line", ["interval_s = true", "interval_s = 1.5", "interval_s = 0", 'interval_s = "1"']
)
def test_an_interval_is_a_whole_number_of_seconds(line):
    (told,) = faults_of(AGENT + line)
    assert told.startswith("interval_s: is ")


def test_text_that_is_no_toml_is_one_sentence_with_its_place():
    with pytest.raises(Misconfigured, match=r"this is not TOML: .*line 1"):
        parse("agent = nobody\n")


def test_a_file_that_is_missing_or_unreadable_is_named(tmp_path: Path):
    with pytest.raises(Misconfigured, match=r"nowhere.toml cannot be read: No such file"):
        load(tmp_path / "nowhere.toml")
    (tmp_path / "latin.toml").write_bytes(b"agent = \xff")
    with pytest.raises(Misconfigured, match="not UTF-8"):
        load(tmp_path / "latin.toml")
    (tmp_path / "wrong.toml").write_text("agent = 3")
    with pytest.raises(Misconfigured, match=r"wrong.toml: 1 fault in the settings:\n  agent: is 3"):
        load(tmp_path / "wrong.toml")


def test_the_reference_explains_every_key():
    listed = reference()
    assert len({setting.key for setting in listed}) == len(listed) > 15
    for setting in listed:
        assert len(setting.meaning) > 10
        assert setting.type
        if setting.default not in {"none", "none: required"}:
            tomllib.loads(f"x = {setting.default}")


def test_what_holds_is_told_key_by_key():
    told = dict(effective(parse(AGENT + '[latency]\nhub = "hub.example"\n[clock]\nkept_by = "host"')))
    assert list(told) == [setting.key for setting in reference()]
    assert (told["latency.hub"], told["clock.kept_by"], told["interval_s"]) == ("hub.example", "host", 60)


def test_a_probe_bears_the_name_of_the_kind_it_measures():
    assert tuple(PROBES) == tuple(KINDS)


_VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(), st.datetimes()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(str(k))} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(c):08x}" for c in value) + '"'
    return str(value).lower() if isinstance(value, bool) else str(value)


@given(st.sampled_from([setting.key for setting in reference()] + ["broker", "latency"]), _VALUES)
def test_any_value_at_any_key_is_taken_or_refused_in_words(key, value):
    line = f"{key} = {_toml(value)}\n"
    said = "taken"
    try:
        parse(line if key == "agent" else AGENT + line)
    except Misconfigured as exc:
        said = str(exc)
    assert said == "taken" or "in the settings" in said or "not TOML" in said
