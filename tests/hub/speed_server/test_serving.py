"""The speed server as agents, operators and strangers meet it."""

import subprocess
import zlib
from collections.abc import Hashable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from roomreach.errors import Misconfigured
from roomreach_hub.speed_server.app import create_app
from roomreach_hub.speed_server.listening import allowed
from roomreach_hub.speed_server.share import FairShare
from roomreach_hub.speed_server.tests_under_way import Limits, UnderWay
from roomreach_hub.speed_server.tokens import Tokens, TokensIn, digest
from servers import wait_until
from speed_servers import OTHER_TOKEN, TOKEN, SpeedServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeedServer]:
    with SpeedServer(
        tmp_path_factory.mktemp("speed"), "--most-test-mb", "1", "--most-agent-tests", "50"
    ) as running:
        yield running


def asked(
    server: SpeedServer, path: str, token: str | None = TOKEN, method: str = "GET", body: bytes | None = None
) -> tuple[int, bytes]:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=5)) as connection:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        assert answer.headers["roomreach-speed"] == "1"
        return answer.status, answer.read()


def begun(server: SpeedServer) -> str:
    status, name = asked(server, "/v1/tests", method="POST")
    assert status == 201
    return name.decode()


def test_it_says_that_it_runs_to_anybody(server: SpeedServer) -> None:
    assert asked(server, "/healthz", token=None) == (200, b"ok\n")


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1]])
def test_nobody_without_a_token_of_ours_begins_a_test(server: SpeedServer, token: str | None) -> None:
    assert asked(server, "/v1/tests", token, "POST")[0] == 401


def test_a_download_is_as_long_as_was_asked_for(server: SpeedServer) -> None:
    status, body = asked(server, f"/v1/tests/{begun(server)}/download?bytes=123456")
    assert (status, len(body)) == (200, 123_456)


def test_a_download_cannot_be_made_smaller_on_its_way(server: SpeedServer) -> None:
    _, body = asked(server, f"/v1/tests/{begun(server)}/download?bytes=1000000")
    assert len(zlib.compress(body, 9)) >= len(body)


@pytest.mark.parametrize("count", ["", "-1", "1e6", "9" * 40, "²"])
def test_a_download_of_no_whole_number_is_no_download(server: SpeedServer, count: str) -> None:
    path = f"/v1/tests/{begun(server)}/download?bytes={quote(count)}"
    assert asked(server, path)[0] == 400


def test_a_test_moves_no_more_than_it_may_in_either_direction(server: SpeedServer) -> None:
    name = begun(server)
    assert asked(server, f"/v1/tests/{name}/download?bytes=600000")[0] == 200
    assert asked(server, f"/v1/tests/{name}/download?bytes=600000")[0] == 429
    assert asked(server, f"/v1/tests/{name}/upload", method="POST", body=bytes(500_000))[0] == 429
    assert asked(server, f"/v1/tests/{name}/upload", method="POST", body=bytes(400_000))[0] == 204


def test_it_counts_what_a_test_has_moved(server: SpeedServer) -> None:
    name = begun(server)
    asked(server, f"/v1/tests/{name}/download?bytes=300000")
    asked(server, f"/v1/tests/{name}/upload", method="POST", body=bytes(5_000))
    assert asked(server, f"/v1/tests/{name}/moved") == (200, b"305000")


def test_what_was_cut_off_counts_no_further(server: SpeedServer) -> None:
    name = begun(server)
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=5)) as connection:
        head = {"Authorization": f"Bearer {TOKEN}", "Content-Length": "900000"}
        connection.request("POST", f"/v1/tests/{name}/upload", None, head)
        connection.send(bytes(7_000))
        wait_until(lambda: asked(server, f"/v1/tests/{name}/moved")[1] == b"900000", "the promise")
    wait_until(lambda: asked(server, f"/v1/tests/{name}/moved")[1] == b"7000", "the count of what moved")


def test_a_test_ends_with_the_count_of_its_uploads(server: SpeedServer) -> None:
    name = begun(server)
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=5)) as connection:
        connection.request("GET", f"/v1/tests/{name}/arrived", headers={"Authorization": f"Bearer {TOKEN}"})
        assert connection.getresponse().read(16)
        assert asked(server, f"/v1/tests/{name}/echo")[0] == 204
    wait_until(lambda: asked(server, f"/v1/tests/{name}/echo")[0] == 404, "the test's end")


@pytest.mark.parametrize("what", ["echo", "download?bytes=1", "arrived", "moved"])
def test_a_test_that_does_not_run_answers_nothing(server: SpeedServer, what: str) -> None:
    assert asked(server, f"/v1/tests/nobody-s/{what}")[0] == 404


def test_an_agent_that_runs_two_tests_has_one_share() -> None:
    shared: list[Hashable] = []

    class Noted(FairShare):
        async def take(self, who: Hashable, _count: int) -> None:
            shared.append(who)

    client = TestClient(create_app(Tokens([TOKEN]), UnderWay(Limits()), Noted(None)))
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    for _ in range(2):
        one = f"/v1/tests/{client.post('/v1/tests').text}"
        assert client.get(f"{one}/download?bytes=10").status_code == 200
        assert client.post(f"{one}/upload", content=bytes(10)).status_code == 204
    assert set(shared) == {digest(TOKEN)}


@pytest.mark.parametrize("where", ["127.0.0.1:0", "localhost:8805", "[::1]:8805"])
def test_it_listens_on_this_machine(where: str) -> None:
    assert allowed(where, internal=False)


@pytest.mark.parametrize("where", ["0.0.0.0:8805", "10.0.0.7:1", "[::]:1"])
def test_it_listens_elsewhere_only_where_nobody_else_can_reach(where: str) -> None:
    with pytest.raises(Misconfigured, match="loopback only"):
        allowed(where, internal=False)
    assert allowed(where, internal=True)


@pytest.mark.parametrize("where", ["", "8805", "speed.example:1", "127.0.0.1:", "127.0.0.1:99999", ":1"])
def test_what_is_no_address_is_refused(where: str) -> None:
    with pytest.raises(Misconfigured, match="no address and port"):
        allowed(where, internal=True)


@pytest.mark.parametrize("text", ["", "# only words\n", "short\n", f"{TOKEN}\nshort\n"])
def test_a_file_without_proper_tokens_is_refused_and_none_is_repeated(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tokens"
    file.write_text(text)
    with pytest.raises(Misconfigured) as refused:
        Tokens.read(file)
    assert TOKEN not in str(refused.value)


def test_tokens_are_read_again_when_their_file_has_changed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{TOKEN}\n")
    tokens = TokensIn(file)
    assert tokens.known(f"Bearer {TOKEN}")
    assert not tokens.known(f"Bearer {OTHER_TOKEN}")
    file.write_text(f"# one was withdrawn\n{OTHER_TOKEN}\n")
    assert not tokens.known(f"Bearer {TOKEN}")
    assert tokens.known(f"Bearer {OTHER_TOKEN}")
    file.unlink()
    assert tokens.known(f"Bearer {OTHER_TOKEN}")
    assert "cannot be read" in caplog.text
    assert OTHER_TOKEN not in caplog.text


def test_a_folder_holds_a_file_for_each_agent_and_may_wait_for_the_first(tmp_path: Path) -> None:
    tokens = TokensIn(tmp_path)
    assert not tokens.known(f"Bearer {TOKEN}")
    (tmp_path / "a-bcdfghjkmn").write_text(f"{TOKEN}\n")
    (tmp_path / ".a-half").write_text("half a tok")
    assert tokens.known(f"Bearer {TOKEN}")


def test_a_port_that_is_taken_is_explained(server: SpeedServer) -> None:
    command = [*server.command, "--listen", f"127.0.0.1:{server.port}"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert tried.returncode == 2
    assert "cannot be used" in tried.stderr
    assert "Traceback" not in tried.stderr
