"""What a Raspberry Pi installs: our two wheels and the locked ones, not one of them compiled."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "agent.lock"
# Any machine at all: pip refuses whatever is built for one.
ANYWHERE = [
    "--only-binary=:all:",
    "--platform=any",
    "--abi=none",
    "--implementation=py",
    "--python-version=3.11",
]
MOST_MEMORY_MB = 64


def run(*words: str | Path, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | environment,
    )


def pip_install(*words: str | Path) -> None:
    done = run(
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *ANYWHERE, *words
    )
    if "Could not find a version" in done.stderr or "Failed to establish" in done.stderr:
        lacking = f"the locked wheels of the agent cannot be fetched here: {done.stderr.strip()}"
        if os.environ.get("ROOMREACH_REQUIRE") == "all":
            pytest.fail(lacking)
        pytest.skip(lacking)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the agent and everything it needs, as pip put it there."""
    wheels = tmp_path_factory.mktemp("wheels")
    for project in (ROOT, ROOT / "agent"):
        built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels, folder=project)
        assert built.returncode == 0, built.stderr
    target = tmp_path_factory.mktemp("pi")
    pip_install("--target", target, "--require-hashes", "-r", LOCK)
    pip_install("--target", target, "--no-deps", "--no-index", *wheels.glob("*.whl"))
    return target


def on_the_pi(installed: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with what was installed and nothing else: -S forgets the environment the tests run in."""
    return run(
        sys.executable, "-S", *words, folder=installed, PYTHONPATH=str(installed), PYTHONDONTWRITEBYTECODE="1"
    )


def test_nothing_that_a_pi_installs_is_compiled(installed):
    compiled = [path.name for path in installed.rglob("*") if path.suffix in {".so", ".pyd", ".c", ".a"}]
    assert compiled == []
    assert {path.name for path in installed.iterdir() if path.suffix != ".dist-info"} <= {
        "roomreach", "roomreach_agent", "paho", "dns", "bin",
    }  # fmt: skip


def test_the_example_of_the_settings_is_in_the_wheel(installed):
    assert (installed / "roomreach_agent" / "agent.example.toml").is_file()


def test_installed_that_way_the_agent_measures(installed, tmp_path):
    settings = tmp_path / "agent.toml"
    shutil.copy(installed / "roomreach_agent" / "agent.example.toml", settings)
    done = on_the_pi(installed, "-m", "roomreach_agent", "once", "--json", "--settings", str(settings))
    assert (done.returncode, done.stderr) == (0, "")
    health = json.loads(done.stdout)[-1]
    assert health["kind"] == "health"
    assert health["own_memory_mb"] < MOST_MEMORY_MB


def test_what_ran_was_what_was_installed(installed):
    script = (
        "import roomreach as r, roomreach_agent as a, dns as d; print(r.__file__, a.__file__, d.__file__)"
    )
    done = on_the_pi(installed, "-c", script)
    assert done.returncode == 0, done.stderr
    assert all(Path(file).is_relative_to(installed) for file in done.stdout.split())


def test_everything_the_agent_can_do_can_be_imported_that_way(installed):
    done = on_the_pi(installed, "-c", "import roomreach_agent.run, roomreach_agent.__main__")
    assert (done.returncode, done.stderr) == (0, "")
