"""What an operator must tell the process, and what it says when that is wrong."""

import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

from roomreach.errors import Misconfigured
from roomreach_api.settings import Settings
from servers import Program, free_port, wait_until

GOOD = {"ROOMREACH_RECORDS": "sqlite:////tmp/r.db", "ROOMREACH_SERIES": "memory:"}


def test_it_listens_on_loopback_at_8800_unless_told_otherwise() -> None:
    settings = Settings.from_environment(GOOD)
    assert (settings.host, settings.port, settings.series_token) == ("127.0.0.1", 8800, None)


@pytest.mark.parametrize(
    ("listen", "host", "port"),
    [("127.0.0.1:9000", "127.0.0.1", 9000), ("localhost:80", "127.0.0.1", 80), ("[::1]:8800", "::1", 8800)],
)
def test_loopback_has_three_names(listen: str, host: str, port: int) -> None:
    settings = Settings.from_environment({**GOOD, "ROOMREACH_LISTEN": listen})
    assert (settings.host, settings.port) == (host, port)


@pytest.mark.parametrize(
    "listen",
    ["0.0.0.0:8800", "[::]:8800", ":8800", "192.0.2.1:8800", "example.org:8800", "127.0.0.1.example.org:80"],
)
def test_anything_but_loopback_is_refused_and_the_reason_given(listen: str) -> None:
    with pytest.raises(Misconfigured, match=r"loopback only: there are no accounts yet.*SSH tunnel"):
        Settings.from_environment({**GOOD, "ROOMREACH_LISTEN": listen})


@pytest.mark.parametrize(
    "listen", ["", "8800", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:²"]
)
def test_what_is_no_address_is_refused(listen: str) -> None:
    with pytest.raises(Misconfigured, match="expected an address and a port"):
        Settings.from_environment({**GOOD, "ROOMREACH_LISTEN": listen})


def test_it_answers_to_the_names_that_others_in_its_network_call_it() -> None:
    assert Settings.from_environment(GOOD).hosts == frozenset()
    settings = Settings.from_environment({**GOOD, "ROOMREACH_HOSTS": "api, Rooms.example"})
    assert settings.hosts == {"api", "rooms.example"}


@pytest.mark.parametrize("hosts", ["api:8800", "http://api", "*", "-api", "a_b"])
def test_what_is_no_name_is_refused(hosts: str) -> None:
    with pytest.raises(Misconfigured, match=r"ROOMREACH_HOSTS is .* without a port"):
        Settings.from_environment({**GOOD, "ROOMREACH_HOSTS": hosts})


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as refused:
        Settings.from_environment(
            {"ROOMREACH_LISTEN": "0.0.0.0:80", "ROOMREACH_SERIES_TOKEN_FILE": str(tmp_path / "absent")}
        )
    named = [line.split()[0] for line in str(refused.value).splitlines()]
    assert named == [
        "ROOMREACH_RECORDS",
        "ROOMREACH_SERIES",
        "ROOMREACH_SERIES_TOKEN_FILE",
        "ROOMREACH_LISTEN",
    ]


def test_a_token_comes_from_a_file_and_is_never_printed(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("hush\n")
    settings = Settings.from_environment({**GOOD, "ROOMREACH_SERIES_TOKEN_FILE": str(file)})
    assert settings.series_token == "hush"  # noqa: S105 - a word, not a secret
    assert "hush" not in repr(settings)


def test_an_operator_s_secret_comes_from_a_file_whoever_else_may_read_it(tmp_path: Path) -> None:
    assert Settings.from_environment(GOOD).operator_token is None
    file = tmp_path / "operator-token"
    file.write_text("hush-2_3\n")
    file.chmod(0o444)  # as Docker mounts it
    settings = Settings.from_environment({**GOOD, "ROOMREACH_OPERATOR_TOKEN_FILE": str(file)})
    assert settings.operator_token == "hush-2_3"  # noqa: S105 - a word, not a secret
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff", "cannot be read"),
        ("naïve".encode(), "no request can carry"),
        (b"one\ntwo", "no request can carry"),
        (b"one two", "no request can carry"),
    ],
)
def test_an_operator_s_secret_that_nobody_could_send_is_refused(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "operator-token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Misconfigured, match=reason) as refused:
        Settings.from_environment({**GOOD, "ROOMREACH_OPERATOR_TOKEN_FILE": str(file)})
    assert str(refused.value).startswith("ROOMREACH_OPERATOR_TOKEN_FILE")
    assert "one" not in str(refused.value).split("holds what")[0]


def command(listen: str, tmp_path: Path, environment: Mapping[str, str] | None = None) -> Program:
    return Program(
        [sys.executable, "-m", "roomreach_api"],
        tmp_path / "api.log",
        {
            "ROOMREACH_RECORDS": f"sqlite:///{tmp_path}/records.db",
            "ROOMREACH_SERIES": "memory:",
            "ROOMREACH_LISTEN": listen,
            **(environment or {}),
        },
    )


def test_the_command_serves_until_it_is_stopped_and_logs_no_caller(tmp_path: Path) -> None:
    port = free_port()

    def answers() -> bool:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": f"api:{port}"})
        try:
            with urllib.request.urlopen(request, timeout=1) as response:  # noqa: S310 - the address above
                return response.status == 200
        except OSError:
            return False

    with command(f"127.0.0.1:{port}", tmp_path, {"ROOMREACH_HOSTS": "api"}) as api:
        wait_until(answers, "the API answering to the name it is given")
        assert api.process
        api.process.terminate()
        assert api.process.wait(timeout=10) in {0, -15}
    log = (tmp_path / "api.log").read_text()
    assert "/readyz" not in log
    assert "Traceback" not in log


def test_the_command_takes_changes_from_whoever_sends_the_secret(tmp_path: Path) -> None:
    port = free_port()
    secret = tmp_path / "operator-token"
    secret.write_text("hush\n")

    def asked(token: str) -> int:
        content = b"provider,site,authority,category,safeguarding\nA,B,Hackney,hostel,none\n"
        address = f"http://127.0.0.1:{port}/api/v1/sites/import"
        request = urllib.request.Request(address, content, {"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 - the address above
                return int(response.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code
        except OSError:
            return 0

    with command(f"127.0.0.1:{port}", tmp_path, {"ROOMREACH_OPERATOR_TOKEN_FILE": str(secret)}):
        wait_until(lambda: asked("wrong") == 401, "the API answering")
        assert asked("hush") == 200
    assert "hush" not in (tmp_path / "api.log").read_text()


def test_the_command_says_what_is_wrong_and_exits_with_2(tmp_path: Path) -> None:
    with command("0.0.0.0:8800", tmp_path) as api:
        assert api.process
        assert api.process.wait(timeout=20) == 2
    log = (tmp_path / "api.log").read_text()
    assert "there are no accounts yet" in log
    assert "Traceback" not in log
    assert [path.name for path in tmp_path.iterdir()] == ["api.log"]
