"""``roomreach init``: everything a deployment needs, no secret twice, nothing ever written over."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dockerfiles import ROOT
from hubs import Done, in_a_process, roomreach
from roomreach.errors import Conflict, Misconfigured
from roomreach_hub.initialising import settings
from roomreach_hub.initialising.originals import NAMES, originals
from roomreach_hub.initialising.passwords import SECRETS, keep_or_make


def init(folder: Path) -> Done:
    done = roomreach("init", folder)
    assert done.code == 0, done.told
    return done


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_fresh_folder_gets_everything_and_the_next_command(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    done = init(folder)
    assert {str(path) for _, path in originals()} < contents(folder).keys()
    assert {f"secrets/{name}" for name in SECRETS} < contents(folder).keys()
    assert f"cd {folder} && docker compose up" in done.told
    for _, path in originals():
        assert (folder / path).read_bytes() == (ROOT / path).read_bytes()


def test_no_secret_is_printed_or_a_default_or_the_same_twice(tmp_path: Path) -> None:
    secrets = []
    for name in ("one", "two"):
        done = init(tmp_path / name)
        secrets += [(tmp_path / name / "secrets" / secret).read_text() for secret in SECRETS]
        assert not [secret for secret in secrets if secret in done.told + done.printed]
    assert len(set(secrets)) == 2 * len(SECRETS)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", secret) for secret in secrets)


def test_secrets_and_data_are_closed_to_every_other_user(tmp_path: Path) -> None:
    init(tmp_path)
    written = settings.read(tmp_path)
    owner = int(written["ROOMREACH_UID"]), int(written["ROOMREACH_GID"])
    assert owner[0] != 0
    assert owner[0] == os.getuid() or os.getuid() == 0
    for path in (tmp_path / ".env", *(tmp_path / "secrets").iterdir()):
        assert path.stat().st_mode & 0o777 == 0o600
        assert (path.stat().st_uid, path.stat().st_gid) == owner
    for path in (tmp_path / "secrets", tmp_path / "data", *(tmp_path / "data").iterdir()):
        assert path.stat().st_mode & 0o777 == 0o700
        assert (path.stat().st_uid, path.stat().st_gid) == owner


def test_configuration_is_readable_by_containers_whatever_the_umask(tmp_path: Path) -> None:
    done = in_a_process("init", tmp_path, within=["sh", "-c", 'umask 077; exec "$@"', "sh"])
    assert done.code == 0, done.told
    for _, path in originals():
        assert (tmp_path / path).stat().st_mode & 0o777 == 0o644
        assert all((tmp_path / above).stat().st_mode & 0o005 for above in path.parents[:-1])


def test_twice_is_once_and_says_what_it_kept(tmp_path: Path) -> None:
    init(tmp_path)
    before = contents(tmp_path)
    again = init(tmp_path)
    assert contents(tmp_path) == before
    assert again.told.count(": kept\n") == len(before)
    assert "made" not in again.told


def test_what_an_operator_changed_is_kept_and_told(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "docker-compose.yml").write_text("services: {}\n")
    (tmp_path / "secrets" / "grafana-password").write_text("one of my own")
    (tmp_path / ".env").write_text((tmp_path / ".env").read_text().replace("8800", "8899"))
    again = init(tmp_path)
    assert "docker-compose.yml: kept, though this version's differs" in again.told
    assert (tmp_path / "docker-compose.yml").read_text() == "services: {}\n"
    assert (tmp_path / "secrets" / "grafana-password").read_text() == "one of my own"
    assert settings.read(tmp_path)["ROOMREACH_PAGE_PORT"] == "8899"


def test_a_setting_that_a_newer_version_needs_is_added(tmp_path: Path) -> None:
    init(tmp_path)
    lines = (tmp_path / ".env").read_text().splitlines()
    (tmp_path / ".env").write_text("\n".join(line for line in lines if "GRAFANA" not in line))
    assert ".env: kept, with ROOMREACH_GRAFANA_PORT added" in init(tmp_path).told
    assert settings.read(tmp_path)["ROOMREACH_GRAFANA_PORT"] == "3000"


def test_a_secret_that_others_could_read_is_closed(tmp_path: Path) -> None:
    init(tmp_path)
    secret = tmp_path / "secrets" / "influxdb-token"
    secret.chmod(0o644)
    assert "influxdb-token: kept, and closed to other users" in init(tmp_path).told
    assert secret.stat().st_mode & 0o777 == 0o600


def test_a_lost_secret_is_not_replaced_while_its_data_are_there(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "data" / "postgres" / "PG_VERSION").write_text("17\n")
    (tmp_path / "secrets" / "postgres-password").unlink()
    done = roomreach("init", tmp_path)
    assert done.code == 2
    assert "Put it back from your backup" in done.told
    assert not (tmp_path / "secrets" / "postgres-password").exists()
    with pytest.raises(Conflict):
        keep_or_make(tmp_path, "postgres-password")


def test_a_lost_token_that_no_data_know_is_made_anew(tmp_path: Path) -> None:
    init(tmp_path)
    for keeper in (tmp_path / "data").iterdir():
        (keeper / "something").touch()
    token = tmp_path / "secrets" / "operator-token"
    before = token.read_text()
    token.unlink()
    assert "secrets/operator-token: made" in init(tmp_path).told
    assert token.read_text() != before


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "secrets" / "influxdb-token").write_text("\n")
    done = roomreach("init", tmp_path)
    assert done.code == 2
    assert "is empty" in done.told


@pytest.mark.parametrize(
    ("kept", "uid", "expected"),
    [
        ({}, 1000, 1000),
        ({}, 0, 10_001),
        ({"ROOMREACH_UID": "1000", "ROOMREACH_GID": "1000"}, 1000, 1000),
        ({"ROOMREACH_UID": "1000", "ROOMREACH_GID": "1000"}, 0, 1000),
    ],
)
def test_containers_run_as_whoever_owns_the_folder_and_never_as_root(
    kept: dict[str, str], uid: int, expected: int
) -> None:
    assert settings.owner(kept, uid=uid, gid=uid).uid == expected


@pytest.mark.parametrize(
    ("kept", "uid"),
    [("1000", 1001), ("0", 0), ("me", 1000)],
)
def test_an_owner_that_cannot_be_is_refused(kept: str, uid: int) -> None:
    with pytest.raises(Misconfigured):
        settings.owner({"ROOMREACH_UID": kept, "ROOMREACH_GID": kept}, uid=uid, gid=uid)


def test_in_a_clone_images_are_built_from_it(tmp_path: Path) -> None:
    init(tmp_path)
    assert settings.read(tmp_path)["ROOMREACH_SOURCE"] == str(ROOT)


def test_the_wheel_has_every_file_that_init_copies(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "wheels"]
    subprocess.run(command, cwd=ROOT / "hub", check=True, capture_output=True)
    (wheel,) = (tmp_path / "wheels").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    packaged = tmp_path / "installed" / "roomreach_hub"
    for name, within in NAMES.items():
        original, copy = ROOT / name, packaged / within
        same = (
            contents(original) == contents(copy)
            if original.is_dir()
            else original.read_bytes() == copy.read_bytes()
        )
        assert same, name
    # Where there is the wheel alone, init finds them in it, and says that images come from elsewhere.
    done = in_a_process(
        "init",
        tmp_path / "new",
        environment={"PYTHONPATH": str(tmp_path / "installed")},
        within=["env", "-C", "/"],
    )
    assert done.code == 0, done.told
    assert "built from a clone of the source" in done.told
    assert settings.read(tmp_path / "new")["ROOMREACH_SOURCE"] == "."
    assert (tmp_path / "new" / "docker-compose.yml").read_bytes() == (
        ROOT / "docker-compose.yml"
    ).read_bytes()
