"""Our dashboards in a running Grafana, or rather its double: what Grafana's documents say it answers."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hubs import Done, roomreach
from roomreach.errors import Misconfigured, Unavailable
from roomreach_hub.grafana.server import Server
from servers import free_port

TOKEN = "glsa_test_token"  # noqa: S105 - the double's own
UID = "roomreach-site"
BOROUGH = "roomreach-borough"

# https://grafana.com/docs/grafana/latest/developer-resources/api-reference/http-api/api-legacy/
CHANGED = {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
EXISTS = {"message": "A dashboard with the same name already exists", "status": "name-exists"}
PLUGIN = {"message": "The dashboard belongs to plugin Kit", "status": "plugin-dashboard"}
FOLDER_EXISTS = {"message": "a folder with the same name already exists"}


class Grafana(ThreadingHTTPServer):
    """Dashboards and folders in memory. ``says`` replaces its answer to a method and the start of a path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.folders: dict[str, str] = {}
        self.says: dict[tuple[str, str], tuple[int, Any]] = {}
        self.written: list[tuple[str, Any]] = []
        self.slow_s = 0.0

    def handle_error(self, *_: Any) -> None:
        """Let a caller go that did not wait for the answer."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, method: str, path: str, token: str, sent: Any) -> tuple[int, Any]:
        time.sleep(self.slow_s)
        said = [
            said for (m, start), said in self.says.items() if m == method and path.startswith(start)
        ]  # fmt: skip
        if said:
            return said[0]
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "Invalid API key"}
        return self.kept(method, path, sent)

    def kept(self, method: str, path: str, sent: Any) -> tuple[int, Any]:
        match method, path.removeprefix("/api/").split("/"):
            case "GET", ["dashboards", "uid", uid]:
                found = self.dashboards.get(uid)
                return (200, found) if found else (404, {"message": "Dashboard not found"})
            case "GET", ["folders", uid] if uid in self.folders:
                return 200, {"id": 1, "uid": uid, "title": self.folders[uid], "version": 1}
            case "POST", ["folders"]:
                self.written.append((path, sent))
                self.folders[sent["uid"]] = sent["title"]
                return 200, {"id": 1, "version": 1, **sent}
            case "POST", ["dashboards", "db"]:
                return self.save(path, sent)
        return 404, {"message": "Not found"}

    def save(self, path: str, sent: Any) -> tuple[int, Any]:
        model, uid = sent["dashboard"], sent["dashboard"]["uid"]
        version = self.dashboards[uid]["dashboard"]["version"] if uid in self.dashboards else 0
        if model["version"] != version and not sent["overwrite"]:
            return 412, CHANGED
        if sent["folderUid"] not in self.folders:
            return 404, {"message": "folder not found"}
        self.written.append((path, sent))
        kept = {**model, "id": 7, "version": version + 1}
        self.dashboards[uid] = {"dashboard": kept, "meta": {"folderUid": sent["folderUid"], "slug": "x"}}
        return 200, {"id": 7, "uid": uid, "status": "success", "version": version + 1, "slug": "x"}


class Answers(BaseHTTPRequestHandler):
    server: Grafana

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        sent = json.loads(self.rfile.read(size)) if size else None
        status, said = self.server.answer(
            self.command, self.path, self.headers.get("Authorization", ""), sent
        )
        body = said.encode() if isinstance(said, str) else json.dumps(said).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/login")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    with Grafana() as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        try:
            yield server
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture
def token(tmp_path: Path) -> Path:
    file = tmp_path / "grafana.token"
    file.write_text(f"{TOKEN}\n")
    return file


def push(grafana: Grafana, token: Path, *words: str) -> Done:
    return roomreach("dashboards", "push", "--url", grafana.url, "--token-file", token, *words)


def test_a_first_push_makes_our_folder_and_the_dashboards_in_it(grafana, token) -> None:
    done = push(grafana, token)
    assert done.code == 0
    assert done.printed.splitlines() == [
        "create    roomreach-borough  roomreach: the sites of one borough",
        "create    roomreach-site  roomreach: one site",
    ]
    assert grafana.folders == {"roomreach": "roomreach"}
    assert [path for path, _ in grafana.written] == ["/api/folders", *2 * ["/api/dashboards/db"]]
    (_, sent) = grafana.written[2]
    assert sent["overwrite"] is False
    assert sent["message"].startswith("roomreach ")
    assert grafana.dashboards[UID]["dashboard"]["timezone"] == "Europe/London"


def test_twice_is_once(grafana, token) -> None:
    push(grafana, token)
    grafana.written.clear()
    done = push(grafana, token, "--json")
    assert json.loads(done.printed) == {"written": True, "dashboards": {BOROUGH: "nothing", UID: "nothing"}}
    assert grafana.written == []


def test_an_older_one_of_ours_is_updated_where_it_stands(grafana, token) -> None:
    push(grafana, token)
    grafana.folders["wall"] = "The wall in the office"
    grafana.dashboards[UID]["meta"]["folderUid"] = "wall"
    grafana.dashboards[UID]["dashboard"]["title"] = "An older title"
    grafana.written.clear()
    assert "update    roomreach-site" in push(grafana, token).printed
    ((path, sent),) = grafana.written
    assert (path, sent["folderUid"], sent["dashboard"]["version"]) == ("/api/dashboards/db", "wall", 1)
    assert push(grafana, token).printed.startswith("nothing")


def test_a_dry_run_writes_nothing_and_says_what_would_be(grafana, token) -> None:
    done = push(grafana, token, "--dry-run")
    assert done.printed.startswith("create")
    assert "Nothing was written" in done.told
    assert (grafana.written, grafana.folders, grafana.dashboards) == ([], {}, {})


def test_a_dashboard_that_we_did_not_make_is_left_alone(grafana, token) -> None:
    theirs = {"dashboard": {"uid": UID, "title": "Mine", "tags": ["wall"], "version": 3}, "meta": {}}
    grafana.dashboards[UID] = deepcopy(theirs)
    done = push(grafana, token)
    assert done.code == 2
    assert "roomreach did not make" in done.told
    assert grafana.dashboards[UID] == theirs
    assert grafana.written == []


def test_a_dashboard_that_grafana_keeps_from_files_is_left_to_the_files(grafana, token) -> None:
    push(grafana, token)
    grafana.dashboards[UID]["meta"]["provisioned"] = True
    assert push(grafana, token).printed.startswith("nothing")
    grafana.dashboards[UID]["dashboard"]["title"] = "An older title"
    done = push(grafana, token)
    assert done.code == 2
    assert "roomreach dashboards export" in done.told


def test_a_change_between_reading_and_writing_is_not_written_over(grafana, token) -> None:
    push(grafana, token)
    read = deepcopy(grafana.dashboards[UID])
    read["dashboard"].update(version=1, title="As we read it")
    grafana.dashboards[UID]["dashboard"].update(version=2, title="Somebody's work")
    grafana.says["GET", "/api/dashboards/uid"] = (200, read)
    done = push(grafana, token)
    assert done.code == 2
    assert "changed by someone else" in done.told
    assert grafana.dashboards[UID]["dashboard"]["title"] == "Somebody's work"


READ = ("GET", "/api/dashboards/uid")
SAVE = ("POST", "/api/dashboards/db")
MAKE = ("POST", "/api/folders")
PAGE = "<html><title>Welcome</title>a message to you</html>"


@pytest.mark.parametrize(
    ("request_", "said", "told"),
    [
        (READ, (401, {"message": "Invalid API key"}), (2, "does not know our token")),
        (READ, (403, {"message": "Access denied", "accessErrorId": "ACE1"}), (2, "role Editor")),
        (READ, (404, PAGE), (2, "not Grafana's")),
        (READ, (200, PAGE), (2, "not Grafana's")),
        (READ, (200, ["a", "list"]), (2, "not Grafana's")),
        (READ, (200, {"swagger": "2.0"}), (2, "not Grafana's")),
        (READ, (418, 17), (2, "not Grafana's")),
        (READ, (302, ""), (2, "another address")),
        (READ, (429, {"message": "rate limited"}), (3, "slow down")),
        (READ, (500, {"message": "Failed to load"}), (3, "answers 500")),
        (READ, (502, PAGE), (3, "answers 502")),
        (MAKE, (403, {"message": "You'll need additional permissions"}), (2, "role Editor")),
        (MAKE, (409, FOLDER_EXISTS), (2, "same name already exists")),
        (MAKE, (412, {"message": "the folder has been changed by someone else"}), (2, "another state")),
        (SAVE, (400, {"message": "Dashboard title cannot be empty", "status": "empty-name"}), (2, "empty")),
        (SAVE, (404, {"message": "folder not found"}), (2, "folder not found")),
        (SAVE, (412, CHANGED), (2, "changed by someone else")),
        (SAVE, (412, EXISTS), (2, "same name already exists")),
        (SAVE, (412, PLUGIN), (2, "belongs to plugin")),
        (SAVE, (422, {"message": "validation failed"}), (2, "cannot take this dashboard")),
        (SAVE, (503, {"message": "database is locked"}), (3, "try again")),
        (SAVE, (200, {"status": "success"}), (2, "not Grafana's")),
    ],
)
def test_what_grafana_says_is_said_in_words(grafana, token, request_, said, told: tuple[int, str]) -> None:
    grafana.says[request_] = said
    done = push(grafana, token)
    code, words = told
    assert (done.code, words in done.told) == (code, True), done.told
    assert TOKEN not in done.told
    assert grafana.dashboards == {}


def test_no_answer_in_time_is_worth_another_try(grafana) -> None:
    grafana.slow_s = 0.5
    with Server(grafana.url, TOKEN, timeout_s=0.1) as server, pytest.raises(Unavailable, match="in time"):
        server.dashboard(UID)


def test_nobody_there_is_worth_another_try(token) -> None:
    done = roomreach("dashboards", "push", "--url", f"http://127.0.0.1:{free_port()}", "--token-file", token)
    assert done.code == 3
    assert "may be down" in done.told


@contextmanager
def rude() -> Iterator[int]:
    """A server that speaks no HTTP at all."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            caller, _ = listening.accept()
            with caller:
                caller.sendall(b"220 mail ESMTP\r\n")

        greeting = threading.Thread(target=hang_up)
        greeting.start()
        yield listening.getsockname()[1]
        greeting.join()


def test_a_server_of_another_kind_is_told_apart(token) -> None:
    with rude() as port:
        done = roomreach("dashboards", "push", "--url", f"http://127.0.0.1:{port}", "--token-file", token)
    assert done.code == 3
    assert "the address wrong" in done.told


def test_grafana_may_live_under_a_path(grafana) -> None:
    grafana.says["GET", "/grafana/api/folders/roomreach"] = (200, {"uid": "roomreach"})
    with Server(f"{grafana.url}/grafana/", TOKEN) as server:
        assert server.has_folder("roomreach")


@pytest.mark.parametrize(
    "url",
    [
        "grafana.example.org",
        "ftp://grafana.example.org",
        "http://",
        "http://admin:admin@127.0.0.1:3000",
        "http://127.0.0.1:0",
        "http://127.0.0.1:port",
        "http://127.0.0.1:3000/?orgId=2",
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(Misconfigured, match="must look like"):
        Server(url, TOKEN)


@pytest.mark.parametrize("content", ["", "\n", "two words", "two\nlines", "tökén"])
def test_a_file_that_holds_no_token_is_refused(grafana, tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_text(content)
    done = push(grafana, file)
    assert done.code == 2
    assert "holds no token" in done.told


def test_a_token_file_that_is_not_there_is_said(grafana, tmp_path: Path) -> None:
    assert "No such file" in push(grafana, tmp_path / "nowhere").told
