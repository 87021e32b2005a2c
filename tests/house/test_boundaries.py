"""The architecture is a test, and the test is tested: each boundary is seen to catch a trespass."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "roomreach",
    "agent/roomreach_agent",
    "store/roomreach_store",
    "collector/roomreach_collector",
    "api/roomreach_api",
    "hub/roomreach_hub",
)


def boundaries_in(house: Path) -> subprocess.CompletedProcess[str]:
    """Check every boundary of the packages that stand side by side in a folder."""
    return subprocess.run(
        [
            Path(sys.executable).parent / "lint-imports",
            "--config",
            ROOT / "pyproject.toml",
            "--no-cache",
        ],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of every package, to trespass in."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            tmp_path / Path(package).name,
            ignore=shutil.ignore_patterns("__pycache__", "*.pyc"),
        )
    return tmp_path


def test_every_boundary_holds(house: Path) -> None:
    checked = boundaries_in(house)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("trespasser", "line", "boundary"),
    [
        ("roomreach/series.py", "import socket", "The language does no I/O"),
        ("roomreach/wire.py", "import msgspec", "The language does no I/O"),
        ("roomreach/places.py", "import roomreach_store", "Processes meet only in the language"),
        ("roomreach_store/__init__.py", "import roomreach_collector", "Processes meet only in the language"),
        ("roomreach_collector/__init__.py", "import roomreach_api", "Processes meet only in the language"),
        ("roomreach_api/__init__.py", "import roomreach_agent", "Processes meet only in the language"),
        ("roomreach_agent/__init__.py", "import roomreach_hub", "Processes meet only in the language"),
        (
            "roomreach_agent/__init__.py",
            "import roomreach_store",
            "The agent knows the language and no store",
        ),
        ("roomreach_agent/probes/link.py", "import subprocess", "Probes know nothing"),
        ("roomreach_agent/probes/names.py", "import roomreach_agent.outbox", "Probes know nothing"),
        ("roomreach_collector/ingest.py", "import duckdb", "Only the series adapters"),
        ("roomreach_api/app.py", "import influxdb_client", "Only the series adapters"),
    ],
)
def test_a_trespass_is_caught(house: Path, trespasser: str, line: str, boundary: str) -> None:
    file = house / trespasser
    file.write_text(f"{file.read_text()}\n{line}\n")
    checked = boundaries_in(house)
    assert checked.returncode == 1, checked.stdout
    broken = [row for row in checked.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(boundary in row for row in broken), checked.stdout
