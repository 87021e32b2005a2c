"""What the programs must be told in a container: a password in a file, a way to listen beyond loopback."""

from pathlib import Path
from typing import Any

import pytest

from roomreach.errors import Misconfigured
from roomreach_api.settings import Settings as ApiSettings
from roomreach_collector.settings import Settings as CollectorSettings
from roomreach_hub.buildings.settings import Settings as HostelSettings
from roomreach_store.records.password import with_password

ADDRESS = "postgresql+psycopg://roomreach@postgres:5432/roomreach"
STORES = {"ROOMREACH_RECORDS": ADDRESS, "ROOMREACH_SERIES": "memory:"}
PROGRAMS = {"api": ApiSettings, "collector": CollectorSettings, "hostel": HostelSettings}
OTHERS = {"ROOMREACH_BROKER": "mqtt://127.0.0.1", "ROOMREACH_STATE": "/var/lib/roomreach"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("a:b/c@d%\n")
    return path


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_password_comes_from_a_file_whatever_its_letters_and_is_never_printed(
    program: Any, file: Path
) -> None:
    settings = program.from_environment({**STORES, **OTHERS, "ROOMREACH_RECORDS_PASSWORD_FILE": str(file)})
    assert settings.records == "postgresql+psycopg://roomreach:a%3Ab%2Fc%40d%25@postgres:5432/roomreach"
    assert "a%3Ab" not in repr(settings)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize(
    "address", ["sqlite:////tmp/records.db", "postgresql://roomreach:hush@postgres/roomreach", "no address"]
)
def test_an_address_that_takes_no_password_is_refused(program: Any, file: Path, address: str) -> None:
    environment = {**STORES, **OTHERS, "ROOMREACH_RECORDS": address}
    with pytest.raises(Misconfigured, match="ROOMREACH_RECORDS_PASSWORD_FILE") as refused:
        program.from_environment({**environment, "ROOMREACH_RECORDS_PASSWORD_FILE": str(file)})
    assert "hush" not in str(refused.value)
    assert "a:b" not in str(refused.value)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_password_that_is_not_there_is_told(program: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    for name in ("empty", "absent"):
        with pytest.raises(Misconfigured, match="ROOMREACH_RECORDS_PASSWORD_FILE"):
            program.from_environment(
                {**STORES, **OTHERS, "ROOMREACH_RECORDS_PASSWORD_FILE": str(tmp_path / name)}
            )


def test_without_a_password_an_address_stays_as_it_is() -> None:
    assert with_password("sqlite:////tmp/records.db", None) == "sqlite:////tmp/records.db"


@pytest.mark.parametrize(
    ("listen", "host"),
    [
        ("0.0.0.0:8800", "0.0.0.0"),  # noqa: S104 - what a container is told
        ("[::]:8800", "::"),
        ("172.18.0.4:8800", "172.18.0.4"),
        ("localhost:8800", "127.0.0.1"),
    ],
)
def test_in_an_internal_network_the_api_listens_on_any_address(listen: str, host: str) -> None:
    environment = {**STORES, "ROOMREACH_LISTEN": listen, "ROOMREACH_INTERNAL_NETWORK": "yes"}
    assert ApiSettings.from_environment(environment).host == host


@pytest.mark.parametrize("said", ["no", "", None])
def test_unless_told_so_the_api_listens_on_loopback_alone(said: str | None) -> None:
    environment = {**STORES, "ROOMREACH_LISTEN": "0.0.0.0:8800"}
    told = {} if said is None else {"ROOMREACH_INTERNAL_NETWORK": said}
    with pytest.raises(Misconfigured, match="loopback only"):
        ApiSettings.from_environment({**environment, **told})


def test_a_name_is_no_address_to_listen_on_even_there() -> None:
    environment = {**STORES, "ROOMREACH_LISTEN": "example.org:80", "ROOMREACH_INTERNAL_NETWORK": "yes"}
    with pytest.raises(Misconfigured, match="loopback only"):
        ApiSettings.from_environment(environment)


@pytest.mark.parametrize("said", ["true", "1", "YES"])
def test_an_internal_network_is_yes_or_no(said: str) -> None:
    with pytest.raises(Misconfigured, match="say yes or no"):
        ApiSettings.from_environment({**STORES, "ROOMREACH_INTERNAL_NETWORK": said})


@pytest.mark.parametrize(
    ("broker", "host", "port"),
    [("mqtt://mosquitto:1884", "mosquitto", 1884), ("mqtt://172.18.0.4", "172.18.0.4", 1883)],
)
def test_in_an_internal_network_the_hostel_reports_to_any_broker(broker: str, host: str, port: int) -> None:
    told = {**STORES, **OTHERS, "ROOMREACH_BROKER": broker}
    settings = HostelSettings.from_environment({**told, "ROOMREACH_INTERNAL_NETWORK": "yes"})
    assert (settings.broker_host, settings.broker_port) == (host, port)
    for said in ("no", ""):
        with pytest.raises(Misconfigured, match="loopback only"):
            HostelSettings.from_environment({**told, "ROOMREACH_INTERNAL_NETWORK": said})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_unless_told_so_the_hostel_reports_to_loopback_alone(host: str) -> None:
    settings = HostelSettings.from_environment({**STORES, **OTHERS, "ROOMREACH_BROKER": f"mqtt://{host}"})
    assert settings.broker_host == host.strip("[]")


@pytest.mark.parametrize(
    "broker", ["mosquitto:1883", "mqtts://127.0.0.1", "mqtt://", "mqtt://u@127.0.0.1", "mqtt://127.0.0.1:x"]
)
def test_what_is_no_plain_broker_is_refused(broker: str) -> None:
    with pytest.raises(Misconfigured, match="ROOMREACH_BROKER is not like"):
        HostelSettings.from_environment({**STORES, **OTHERS, "ROOMREACH_BROKER": broker})


def test_every_fault_of_the_hostels_settings_is_told_at_once() -> None:
    with pytest.raises(Misconfigured) as refused:
        HostelSettings.from_environment({"ROOMREACH_INTERNAL_NETWORK": "maybe"})
    for name in ("BROKER", "RECORDS", "STATE", "INTERNAL_NETWORK"):
        assert f"ROOMREACH_{name} is" in str(refused.value)
