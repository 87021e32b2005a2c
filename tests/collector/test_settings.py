"""An operator hears of every fault at once, in words."""

from pathlib import Path

import pytest

from roomreach.errors import Misconfigured
from roomreach_collector.inbox import Protocol, Tls
from roomreach_collector.settings import Settings, deadman

LEAST = {
    "ROOMREACH_BROKER": "mqtt://127.0.0.1",
    "ROOMREACH_RECORDS": "sqlite:////tmp/records.db",
    "ROOMREACH_SERIES": "memory:",
}


def test_the_least_settings_are_enough() -> None:
    settings = Settings.from_environment(LEAST)
    assert (settings.broker_host, settings.broker_port) == ("127.0.0.1", 1883)
    assert (settings.broker_tls, settings.broker_protocol) == (None, Protocol.V311)
    assert settings.series_token is None


def test_certificates_and_a_token_come_from_files(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("ca", "certificate", "key", "token")}
    for path in files.values():
        path.write_text("secret\n")
    settings = Settings.from_environment(
        {
            **LEAST,
            "ROOMREACH_BROKER": "mqtts://broker.example",
            "ROOMREACH_BROKER_CA": str(files["ca"]),
            "ROOMREACH_BROKER_CERTIFICATE": str(files["certificate"]),
            "ROOMREACH_BROKER_KEY": str(files["key"]),
            "ROOMREACH_BROKER_PROTOCOL": "5",
            "ROOMREACH_SERIES_TOKEN_FILE": str(files["token"]),
        }
    )
    assert settings.broker_port == 8883
    assert settings.broker_tls == Tls(ca=files["ca"], certificate=files["certificate"], key=files["key"])
    assert settings.broker_protocol is Protocol.V5
    assert settings.series_token == files["token"].read_text().strip()
    assert "secret" not in repr(settings)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(Misconfigured) as raised:
        Settings.from_environment(
            {
                "ROOMREACH_BROKER_PROTOCOL": "4",
                "ROOMREACH_BROKER_KEY": "/nowhere/key",
                "ROOMREACH_SERIES_TOKEN_FILE": "/nowhere/token",
            }
        )
    told = str(raised.value)
    for name in ("BROKER", "BROKER_PROTOCOL", "BROKER_KEY", "RECORDS", "SERIES", "SERIES_TOKEN_FILE"):
        assert f"  ROOMREACH_{name} " in told


@pytest.mark.parametrize(
    "broker",
    [
        "127.0.0.1:1883",
        "http://127.0.0.1",
        "mqtt://",
        "mqtt://host:port",
        "mqtt://user:word@host",
        "mqtt://host/path",
    ],
)
def test_a_broker_is_an_address_of_mqtt_and_nothing_else(broker: str) -> None:
    with pytest.raises(Misconfigured, match="ROOMREACH_BROKER is not like"):
        Settings.from_environment({**LEAST, "ROOMREACH_BROKER": broker})


def test_certificates_without_tls_are_a_fault(tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("ca")
    with pytest.raises(Misconfigured, match="say mqtts"):
        Settings.from_environment({**LEAST, "ROOMREACH_BROKER_CA": str(tmp_path / "ca")})


def test_a_certificate_without_its_key_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "certificate").write_text("certificate")
    environment = {
        **LEAST,
        "ROOMREACH_BROKER": "mqtts://host",
        "ROOMREACH_BROKER_CERTIFICATE": str(tmp_path / "certificate"),
    }
    with pytest.raises(Misconfigured, match="go together"):
        Settings.from_environment(environment)


def test_nobody_is_told_and_nothing_listens_unless_the_settings_say_so() -> None:
    settings = Settings.from_environment(LEAST)
    assert (settings.listen, settings.deadman_url) == (None, None)


@pytest.mark.parametrize(
    ("address", "internal", "listen"),
    [
        ("127.0.0.1:8801", "", ("127.0.0.1", 8801)),
        ("localhost:0", "no", ("127.0.0.1", 0)),
        ("[::1]:8801", "", ("::1", 8801)),
        ("0.0.0.0:8801", "yes", ("0.0.0.0", 8801)),  # noqa: S104 - read, never listened on
    ],
)
def test_where_to_listen(address: str, internal: str, listen: tuple[str, int]) -> None:
    environment = {"ROOMREACH_COLLECTOR_LISTEN": address, "ROOMREACH_INTERNAL_NETWORK": internal}
    assert Settings.from_environment({**LEAST, **environment}).listen == listen


@pytest.mark.parametrize("address", ["0.0.0.0:8801", "10.0.0.1:8801", "8801", "127.0.0.1:x", "host:70000"])
def test_without_an_internal_network_only_loopback_will_do(address: str) -> None:
    with pytest.raises(Misconfigured, match="ROOMREACH_COLLECTOR_LISTEN is"):
        Settings.from_environment({**LEAST, "ROOMREACH_COLLECTOR_LISTEN": address})


@pytest.mark.parametrize(
    "url", ["file:///etc/canary", "watch.example/canary", "http://", "https://x:y/canary"]
)
def test_a_dead_mans_switch_is_a_web_address_and_never_repeated(url: str) -> None:
    with pytest.raises(Misconfigured, match="ROOMREACH_DEADMAN_URL") as raised:
        Settings.from_environment({**LEAST, "ROOMREACH_DEADMAN_URL": url})
    assert "canary" not in str(raised.value)


def test_the_switch_may_stand_in_a_file_for_it_is_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "deadman-url"
    file.write_text("https://watch.example/canary\n")
    said = {"ROOMREACH_DEADMAN_URL_FILE": str(file)}
    assert Settings.from_environment({**LEAST, **said}).deadman_url == "https://watch.example/canary"
    assert deadman(said) == ("https://watch.example/canary", 60)
    assert deadman({}) == (None, 60)
    file.write_text("canary")
    for wrong in (said, said | {"ROOMREACH_DEADMAN_URL": "https://watch.example/canary"}):
        with pytest.raises(Misconfigured, match="ROOMREACH_DEADMAN_URL") as raised:
            deadman(wrong)
        assert "canary" not in str(raised.value)


def test_how_often_the_switch_is_told_is_bounded() -> None:
    said = {**LEAST, "ROOMREACH_DEADMAN_URL": "https://watch.example/canary"}
    settings = Settings.from_environment({**said, "ROOMREACH_DEADMAN_EVERY_S": "30"})
    assert settings.deadman_every_s == 30
    assert "canary" not in repr(settings)
    with pytest.raises(Misconfigured, match="ROOMREACH_DEADMAN_EVERY_S"):
        Settings.from_environment({**said, "ROOMREACH_DEADMAN_EVERY_S": "0"})
