"""The deployment's files name nothing that does not exist, and open nothing that should be closed."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from composed import PROGRAMS, Deployment
from dockerfiles import ROOT, Dockerfile
from roomreach_hub.broker.kind import LARGEST_PAYLOAD_BYTES
from roomreach_hub.initialising import initialise

TOOLS = Path(sys.executable).parent
DOCKERFILES = sorted(path.relative_to(ROOT) for path in ROOT.glob("*/Dockerfile"))
DEPLOYMENT = Deployment()
OURS = sorted(DEPLOYMENT.ours)
STAYING = sorted(DEPLOYMENT.services.keys() - {"operator"})
"""All but what runs for one command and ends."""


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deployment")
    assert list(initialise(folder))
    return folder / "secrets"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the files, to plant faults in."""
    for name in ("docker-compose.yml", ".dockerignore", *map(str, DOCKERFILES)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def compose_schema(file: Path) -> subprocess.CompletedProcess[str]:
    command = [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", file]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_compose_file_follows_its_schema() -> None:
    checked = compose_schema(ROOT / "docker-compose.yml")
    assert checked.returncode == 0, checked.stdout


def test_a_misspelt_key_breaks_the_schema(files: Path) -> None:
    compose = files / "docker-compose.yml"
    compose.write_text(compose.read_text().replace("    mem_limit:", "    memory_limit:"))
    assert "memory_limit" in compose_schema(compose).stdout


@pytest.mark.parametrize("path", DOCKERFILES, ids=str)
def test_a_dockerfile_is_clean(path: Path) -> None:
    linted = subprocess.run([TOOLS / "hadolint", ROOT / path], capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout


def test_everything_that_the_files_name_exists(secrets: Path) -> None:
    assert DEPLOYMENT.faults(secrets) == []


@pytest.mark.parametrize(
    ("file", "right", "wrong", "fault"),
    [
        ("collector/Dockerfile", '["roomreach-collector"]', '["roomreach-gatherer"]', "has such a script"),
        ("api/Dockerfile", "COPY store store", "COPY shop shop", "COPY shop: there is no such file"),
        ("api/Dockerfile", "COPY store store", "", "RUN needs store, which is not copied"),
        ("api/Dockerfile", "--requirement requirements/api.lock", "--requirement api.lock", "not copied"),
        ("api/Dockerfile", "COPY --from=build", "COPY --from=made", "made is no stage"),
        ("api/Dockerfile", "assets/build.py", "assets/make.py", "make.py: there is no such file"),
        (".dockerignore", "!store/\n", "", "COPY store: .dockerignore keeps it out"),
        ("docker-compose.yml", "api/Dockerfile", "web/Dockerfile", "web/Dockerfile does not exist"),
        ("docker-compose.yml", "ROOMREACH_LISTEN:", "ROOMREACH_LISTENS:", "no setting of roomreach-api"),
        ("docker-compose.yml", "ROOMREACH_BROKER: mqtt", "ROOMREACH_BROKERS: mqtt", "is not set"),
        ("docker-compose.yml", "ROOMREACH_INTERNAL_NETWORK:", "X:", "loopback only"),
        ("docker-compose.yml", "mqtt://mosquitto", "mqtt://mosquito", "mosquito, which is no service"),
        ("docker-compose.yml", "influxdb:8086", "influxdb:8087", "port 8087 of influxdb"),
        ("docker-compose.yml", "_FILE: /run/secrets/postgres", "_FILE: /run/secrets/pg", "the secret pg-"),
        ("docker-compose.yml", "_PASSWORD_FILE: /run/secrets/", "_PASSWORD_FILE: /etc/", "no secret"),
        ("docker-compose.yml", "secrets: [grafana-password, ", "secrets: [", "which it is not given"),
        (
            "docker-compose.yml",
            "./secrets/influxdb-token",
            "./influxdb-token",
            "no secret that roomreach init",
        ),
        (
            "docker-compose.yml",
            "ROOMREACH_PAGE_PORT",
            "ROOMREACH_WEB_PORT",
            "ROOMREACH_WEB_PORT is no setting",
        ),
        ("docker-compose.yml", "./deploy/mosquitto", "./deploy/mosquito", "which does not exist"),
        (
            "docker-compose.yml",
            'restart: "no"\n    environment:',
            "environment: {X: y}\n    z:",
            "X is no setting",
        ),
        ("docker-compose.yml", "POSTGRES_DB:", "POSTGRES_DATABASE:", "no variable of postgres"),
        (
            "docker-compose.yml",
            "  influxdb: {condition",
            "  influx: {condition",
            "influx, which is no service",
        ),
        ("docker-compose.yml", "buildings.service]", "buildings.servant]", "is no program of ours"),
        ("docker-compose.yml", "buildings.well]", "buildings.ill]", "is no module"),
        ("docker-compose.yml", "ROOMREACH_STATE:", "ROOMREACH_STATES:", "ROOMREACH_STATE is not set"),
        ("docker-compose.yml", "hostel:/var/lib/roomreach", "hostel:/var/lib/hostel", "nothing is mounted"),
        ("docker-compose.yml", "./data/hostel", "./data/hostels", "data/hostels, which does not exist"),
        (
            "docker-compose.yml",
            "./secrets/operator-token",
            "./secrets/token",
            "no secret that roomreach init",
        ),
    ],
)
def test_a_name_of_nothing_is_caught(
    files: Path, secrets: Path, *, file: str, right: str, wrong: str, fault: str
) -> None:
    text = (files / file).read_text()
    assert right in text
    (files / file).write_text(text.replace(right, wrong))
    faults = Deployment(files).faults(secrets)
    assert any(fault in found for found in faults), faults


@pytest.mark.parametrize("name", DEPLOYMENT.services)
def test_a_port_is_published_on_loopback_or_not_at_all(name: str) -> None:
    for port in DEPLOYMENT.services[name].get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\$\{ROOMREACH_[A-Z]+_PORT:-\d+\}:\d+", port)


@pytest.mark.parametrize("name", DEPLOYMENT.services)
def test_a_container_can_do_as_little_as_it_needs(name: str) -> None:
    service = DEPLOYMENT.services[name]
    assert re.match(r"\$\{ROOMREACH_UID:\?.*\}:\$\{ROOMREACH_GID:\?.*\}", service["user"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True
    assert service["restart"] == ("unless-stopped" if name in STAYING else "no")
    assert {"mem_limit", "cpus", "pids_limit"} <= service.keys()
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"} & service.keys()
    assert not any("docker.sock" in volume for volume in service.get("volumes", []))


@pytest.mark.parametrize("name", STAYING)
def test_a_container_says_whether_it_is_well(name: str) -> None:
    assert DEPLOYMENT.health(name)


@pytest.mark.parametrize("name", DEPLOYMENT.services)
def test_only_what_is_published_stands_outside_the_internal_network(name: str) -> None:
    assert DEPLOYMENT.document["networks"]["inside"] == {"internal": True}
    service = DEPLOYMENT.services[name]
    assert set(service["networks"]) == ({"inside", "edge"} if "ports" in service else {"inside"})


@pytest.mark.parametrize("name", DEPLOYMENT.services)
def test_no_secret_stands_in_an_environment(name: str) -> None:
    for variable, value in DEPLOYMENT.environment(name).items():
        if re.search("PASSWORD|TOKEN|SECRET|KEY", variable):
            assert value.startswith("/run/secrets/"), variable
        assert not re.search(r"://[^/@]*:[^/@]*@", value), variable


@pytest.mark.parametrize("name", DEPLOYMENT.services)
def test_an_image_is_pinned_by_its_whole_version(name: str) -> None:
    _, _, tag = DEPLOYMENT.services[name]["image"].rpartition(":")
    assert re.match(r"\d+\.\d+", tag), tag


@pytest.mark.parametrize("name", OURS)
def test_our_images_have_our_version_and_run_the_python_that_is_tested(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert DEPLOYMENT.services[name]["image"].endswith(f":{project['project']['version']}")
    bases = DEPLOYMENT.ours[name].all("FROM")
    assert {base.partition(" AS ")[0] for base in bases} == {bases[-1]}
    assert re.fullmatch(rf"python:{project['tool']['mypy']['python_version']}\.\d+-slim-[a-z]+", bases[-1])


@pytest.mark.parametrize("name", OURS)
def test_our_images_run_as_a_number_that_is_not_root(name: str) -> None:
    user = DEPLOYMENT.ours[name].all("USER")[-1]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)


@pytest.mark.parametrize("name", OURS)
def test_our_images_install_only_what_is_locked(name: str) -> None:
    for command in re.findall(r"pip [^&]*install[^&]*", " ".join(DEPLOYMENT.ours[name].all("RUN"))):
        assert "--require-hashes" in command or "--no-index --no-deps" in command


@pytest.mark.parametrize("name", OURS)
def test_an_image_gets_the_versions_that_are_tested(name: str) -> None:
    tested = versions(ROOT / "requirements" / "hub.lock")
    (lock,) = [path for path in DEPLOYMENT.ours[name].copied if re.search(r"(?<!build)\.lock$", path)]
    assert versions(ROOT / lock).items() <= tested.items()
    assert versions(ROOT / "requirements" / "build.lock").items() <= tested.items()


def versions(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", lock.read_text(), re.MULTILINE))


def test_every_dockerfile_is_used_and_every_program_of_ours_has_one() -> None:
    assert {Path(one.name) for one in DEPLOYMENT.ours.values()} == set(DOCKERFILES)
    assert {DEPLOYMENT.program(name) for name in OURS} == PROGRAMS.keys()


def test_nothing_private_reaches_an_image() -> None:
    ignored = Dockerfile(ROOT, "api/Dockerfile")._ignored
    assert all(map(ignored, (".env", "secrets", "data", ".git", ".venv", "tests")))


def test_the_broker_takes_the_largest_report_that_the_hubs_own_takes() -> None:
    configuration = (ROOT / "deploy/mosquitto/mosquitto.conf").read_text()
    assert f"message_size_limit {LARGEST_PAYLOAD_BYTES}\n" in configuration
