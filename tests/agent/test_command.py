"""The command, as a person types it."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from roomreach.measurement import KINDS
from servers import free_port

PUBLIC = ("once", "check", "speed", "run")


def agent(*words: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "roomreach_agent", *words], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "agent.toml"
    file.write_text(
        f'agent = "a-23456789bc"\n[outbox]\npath = "{tmp_path}/outbox.db"\n'
        f'[latency]\nhub = "127.0.0.1:{free_port()}"\n[broker]\nport = {free_port()}\n'
    )
    return file


def test_once_tells_each_question_in_one_line(settings):
    done = agent("once", "--settings", str(settings))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "Wi-Fi", "Router", "Way to the hub", "The building's resolver", "This agent",
    ]  # fmt: skip
    assert all(line.endswith(".") for line in lines)
    assert "127.0.0.1" not in done.stdout


def test_once_prints_json_for_programs(settings):
    done = agent("once", "--json", "--settings", str(settings))
    assert (done.returncode, done.stderr) == (0, "")
    documents = json.loads(done.stdout)
    assert [document.get("of", document["kind"]) for document in documents] == [
        kind for kind in KINDS if kind != "throughput"
    ]
    latency = documents[2]
    assert (latency["target"], latency["received"]) == ("hub", 5)


def test_once_keeps_nothing_and_asks_only_what_the_settings_say(settings, tmp_path):
    settings.write_text('probes = ["health"]\n' + settings.read_text())
    done = agent("once", "--settings", str(settings))
    assert done.stdout.startswith("This agent: ")
    assert done.stdout.count("\n") == 1
    assert list(tmp_path.iterdir()) == [settings]


def test_check_says_one_cause_and_one_action(settings):
    done = agent("check", "--settings", str(settings))
    told = done.stdout.splitlines()
    assert told[0] == "agent = a-23456789bc"
    assert [line for line in told if line.startswith("Cause:")] == [told[-2]]
    assert told[-1].startswith("Do this: ")
    assert done.returncode in {1, 3}


def test_check_is_content_where_the_broker_takes_connections(settings):
    with socket.create_server(("127.0.0.1", 0)) as broker:
        # Only what a test's machine surely has: the building and its line are somebody else's.
        settings.write_text(
            f'probes = ["health", "latency"]\nagent = "a-23456789bc"\n'
            f'[outbox]\npath = "{settings.parent}/outbox.db"\n'
            f"[broker]\nport = {broker.getsockname()[1]}\n"
        )
        done = agent("check", "--settings", str(settings))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "All is well.")


def test_check_shows_where_secrets_are_and_never_what_they_say(settings, tmp_path):
    (tmp_path / "agent.key").write_text("SECRET")
    settings.write_text(
        settings.read_text()
        + f'ca = "{tmp_path}/ca"\ncertificate = "{tmp_path}/c"\nkey = "{tmp_path}/agent.key"\n'
    )
    said = agent("check", "--settings", str(settings)).stdout
    assert f"broker.key = {tmp_path}/agent.key" in said
    assert "SECRET" not in said


@pytest.mark.parametrize("command", PUBLIC)
def test_wrong_settings_are_told_in_words_and_the_exit_code_says_so(command, tmp_path):
    wrong = tmp_path / "agent.toml"
    wrong.write_text('agnt = "a-23456789bc"\n')
    done = agent(command, "--settings", str(wrong))
    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean agent?" in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_that_are_missing_are_told_in_words(tmp_path):
    done = agent("once", "--settings", str(tmp_path / "none.toml"))
    assert done.returncode == 2
    assert done.stderr == f"The settings {tmp_path}/none.toml cannot be read: No such file or directory.\n"


def test_a_fault_of_our_own_is_told_without_a_trace_unless_one_is_asked_for(settings):
    script = (
        "import sys\nfrom roomreach_agent import __main__ as command\n"
        "def broken(*_): raise KeyError('192.0.2.7')\n"
        "command.rounds.take = broken\nsys.exit(command.main(sys.argv[1:]))"
    )
    quiet, chatty = (
        subprocess.run(
            [sys.executable, "-c", script, "once", "--settings", str(settings), *more],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        for more in ([], ["--verbose"])
    )
    assert (quiet.returncode, quiet.stderr) == (
        4,
        "The agent has a fault: KeyError. Run it again with --verbose.\n",
    )
    assert "Traceback" in chatty.stderr


@pytest.mark.parametrize("command", PUBLIC)
def test_help_explains_the_exit_codes(command):
    said = agent(command, "--help").stdout
    assert "exit codes" in said
    for code in range(5):
        assert f"  {code}  " in said


def test_once_does_not_load_the_broker_s_library(settings):
    script = (
        "import sys\nfrom roomreach_agent.__main__ import main\n"
        f"main(['once', '--json', '--settings', {str(settings)!r}])\n"
        "print({'paho', 'sqlite3', 'asyncio', 'ssl'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ,
    )
    assert done.stderr == "set()\n"
