"""Rules of the house that a linter does not know."""

import re
import subprocess
from pathlib import Path

import pytest

from roomreach.measurement import KINDS, NotMeasured
from roomreach.report import Report
from roomreach.shape import Field, fields_of

ROOT = Path(__file__).parents[2]


def tracked(*patterns: str) -> list[Path]:
    """The files that git tracks, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


FREE_TEXT = [
    (kind.__name__, field)
    for kind in (Report, NotMeasured, *KINDS.values())
    for field in fields_of(kind)
    if field.base is str and field.choices is None
]


@pytest.mark.parametrize(("kind", "field"), FREE_TEXT, ids=[f"{k}.{f.name}" for k, f in FREE_TEXT])
@pytest.mark.parametrize(
    "found",
    [
        "aa:bb:cc:dd:ee:ff",
        "AA-BB-CC-DD-EE-FF",
        "station AA:bb:cc:dd:ee:ff left",
        "192.0.2.7",
        "2001:db8:0:0:1::7",
        "no answer from 192.0.2.7 today",
    ],
)
def test_nothing_shaped_like_an_address_fits_into_a_report(kind: str, field: Field, found: str) -> None:
    assert field.fault(found), f"{kind}.{field.name} lets {found!r} through"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_kind_asks_for_anything_that_names_a_network_or_a_person(kind: type) -> None:
    forbidden = re.compile(r"ssid|bssid|mac|address|\bip\b|host|name|client|station|user")
    assert not [field.name for field in fields_of(kind) if forbidden.search(field.name)]


def test_no_lock_file_names_a_registry() -> None:
    for lock in tracked("requirements/*.lock"):
        assert "://" not in lock.read_text(), lock.name


def test_every_locked_package_has_a_hash() -> None:
    for lock in tracked("requirements/*.lock"):
        for requirement in re.split(r"\n(?=\S)", lock.read_text().strip()):
            assert "--hash=sha256:" in requirement, f"{lock.name}: {requirement}"


def test_no_file_names_a_path_of_one_machine() -> None:
    homes = re.compile(r"/(?:home|root|Users)/[a-z]|/work/")
    for path in tracked():
        if path.suffix not in {".lock", ".png"} and path != Path(__file__):
            assert not homes.search(path.read_text(errors="replace")), path


def test_nothing_built_and_no_database_is_tracked() -> None:
    built = re.compile(r"(^|/)(node_modules|dist|build|__pycache__)/|\.(pyc|so|db|duckdb|whl)$")
    assert [path for path in tracked() if built.search(str(path.relative_to(ROOT)))] == []


def test_no_module_is_too_long_to_have_one_reason() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in tracked("*.py")}
    assert {path: n for path, n in lengths.items() if n > (500 if path.parts[0] == "tests" else 250)} == {}


def test_every_verb_that_a_document_names_exists() -> None:
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        verb
        for document in tracked("*.md")
        for verb in re.findall(r"`make ([a-z]+)", document.read_text())
        + re.findall(r"^make ([a-z]+)", document.read_text(), re.MULTILINE)
    }
    assert named <= verbs


def test_every_file_that_a_document_links_to_exists() -> None:
    for document in tracked("*.md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
