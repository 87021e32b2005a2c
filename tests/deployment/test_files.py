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
DATA_SOURCE, DASHBOARDS = PROVISIONING = [
    f"dashboards/provisioning/{kind}/roomreach.yaml" for kind in ("datasources", "dashboards")
]
COMPOSE = "docker-compose.yml"
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
    for name in ("docker-compose.yml", ".dockerignore", *PROVISIONING, *map(str, DOCKERFILES)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
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


def lint(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TOOLS / "hadolint", file], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("path", DOCKERFILES, ids=str)
def test_a_dockerfile_is_clean(path: Path) -> None:
    linted = lint(ROOT / path)
    assert linted.returncode == 0, linted.stdout


def test_a_base_without_a_version_is_not_clean(files: Path) -> None:
    file = files / "api" / "Dockerfile"
    file.write_text(re.sub(r"python:[\w.-]+", "python", file.read_text()))
    linted = lint(file)
    assert linted.returncode != 0
    assert "DL3006" in linted.stdout


def test_everything_that_the_files_name_exists(secrets: Path) -> None:
    assert DEPLOYMENT.faults(secrets) == []


IN_DOCKERFILES = [
    ("collector/Dockerfile", '["roomreach-collector"]', '["roomreach-gatherer"]', "has such a script"),
    ("api/Dockerfile", "COPY store store", "COPY shop shop", "COPY shop: there is no such file"),
    ("api/Dockerfile", "COPY store store", "", "File './store' does not exist"),
    ("api/Dockerfile", "COPY store store", "COPY store shop", "File './store' does not exist"),
    ("api/Dockerfile", "--requirement requirements/api.lock", "--requirement api.lock", "needs api.lock"),
    ("api/Dockerfile", ".lock requirements/\n", ".lock lists/\n", "needs requirements/build.lock"),
    ("api/Dockerfile", "toml README.md", "toml", "README.md"),
    ("api/Dockerfile", "README.md LICENSE", "README.md", "lacks"),
    ("api/Dockerfile", "COPY --from=build", "COPY --from=made", "made is no stage"),
    ("api/Dockerfile", "PATH=/opt/roomreach", "PATH=/opt/room", "is made, and not what is run"),
    ("api/Dockerfile", "assets/build.py", "assets/make.py", "needs api/assets/make.py"),
    ("collector/Dockerfile", "COPY roomreach roomreach\n", "", "lacks roomreach/"),
    ("hub/Dockerfile", "COPY dashboards dashboards\n", "", "dashboards"),
    ("hub/Dockerfile", "COPY docker-compose.yml ./\n", "", "docker-compose.yml"),
    (".dockerignore", "!store/\n", "", "COPY store: .dockerignore keeps it out"),
    (".dockerignore", "**/node_modules/", "hub/roomreach_hub/verbs/", "lacks roomreach_hub/verbs/"),
]
OF_OURS = [
    ("api/Dockerfile", "web/Dockerfile", "web/Dockerfile does not exist"),
    ("ROOMREACH_LISTEN:", "ROOMREACH_LISTENS:", "no setting of roomreach-api"),
    ("ROOMREACH_BROKER: mqtt", "ROOMREACH_BROKERS: mqtt", "is not set"),
    ("ROOMREACH_INTERNAL_NETWORK:", "X:", "loopback only"),
    ("mqtt://mosquitto", "mqtt://mosquito", "mosquito, which is no service"),
    ("influxdb:8086", "influxdb:8087", "port 8087 of influxdb"),
    ("_FILE: /run/secrets/postgres", "_FILE: /run/secrets/pg", "the secret pg-"),
    ("_PASSWORD_FILE: /run/secrets/", "_PASSWORD_FILE: /etc/", "no secret"),
    ("./secrets/influxdb-token", "./influxdb-token", "no secret that roomreach init"),
    ("./secrets/operator-token", "./secrets/token", "no secret that roomreach init"),
    ("ROOMREACH_PAGE_PORT", "ROOMREACH_WEB_PORT", "ROOMREACH_WEB_PORT is no setting"),
    ('restart: "no"\n    environment:', "environment: {X: y}\n    z:", "ROOMREACH_RECORDS is not set"),
    (
        'restart: "no"\n    environment:',
        'restart: "no"\n    environment:\n      ROOMREACH_LISTEN: 127.0.0.1:1',
        "operator: ROOMREACH_LISTEN is no setting of roomreach",
    ),
    ("buildings.service]", "buildings.servant]", "is no program of ours"),
    ("command: [speed-server]", "command: [speed-servant]", "is no program of ours"),
    ("ROOMREACH_SPEED_TOKENS_FILE", "ROOMREACH_SPEED_TOKEN_FILE", "ROOMREACH_SPEED_TOKENS_FILE is not set"),
    ("LISTEN: 0.0.0.0:8805", "LISTEN: nowhere", "is no address and port"),
    ("buildings.well]", "buildings.ill]", "is no module"),
    ("[CMD, python,", "[CMD, piton,", "piton is no program of the image"),
    ("ROOMREACH_STATE:", "ROOMREACH_STATES:", "ROOMREACH_STATE is not set"),
    ("hostel:/var/lib/roomreach", "hostel:/var/lib/hostel", "nothing is mounted"),
    ("./data/hostel", "./data/hostels", "data/hostels, which does not exist"),
    ("  influxdb: {condition", "  influx: {condition", "influx, which is no service"),
]
OF_OTHERS = [
    ("mosquitto, -c,", "mosquito, -c,", "mosquito is no program of eclipse-mosquitto"),
    ("[CMD, influx,", "[CMD, inflix,", "inflix is no program of influxdb"),
    ("[CMD, wget,", "[CMD, wgot,", "wgot is no program of grafana/grafana"),
    ("[CMD, pg_isready,", "[CMD, pg_ready,", "pg_ready is no program of postgres"),
    ("conf:/mosquitto/config/", "conf:/mosquitto/", "nothing is mounted at /mosquitto/config/mosquitto.conf"),
    ("-c, /mosquitto/config/", "-c, /mosquitto/", "nothing is mounted at /mosquitto/mosquitto.conf"),
    ("json:/etc/roomreach/", "json:/etc/room/", "nobody reads /etc/room/dashboards/json"),
    ("provisioning:/etc/grafana/", "provisioning:/etc/", "nothing is mounted at /etc/grafana/provisioning"),
    ("postgres:/var/lib/postgresql/data", "postgres:/var/lib/postgres", "at /var/lib/postgresql/data"),
    ("/etc/influxdb2:uid", "/etc/influxdb:uid", "nothing is mounted at /etc/influxdb2"),
    ("./deploy/mosquitto", "./deploy/mosquito", "which does not exist"),
    ("      POSTGRES_PASSWORD_FILE:", "      # ", "POSTGRES_PASSWORD_FILE is not set"),
    ("POSTGRES_DB:", "POSTGRES_DATABASE:", "no variable of postgres"),
    ("DOCKER_INFLUXDB_INIT_MODE: setup", "# ", "DOCKER_INFLUXDB_INIT_MODE is not setup"),
    ("DOCKER_INFLUXDB_INIT_MODE: setup", "DOCKER_INFLUXDB_INIT_MODE: upgrade", "is not setup"),
    ("GF_SECURITY_ADMIN_PASSWORD__FILE", "GF_ADMIN_PASSWORD__FILE", "ADMIN_PASSWORD__FILE is not set"),
    ("secrets: [grafana-password, ", "secrets: [", "which it is not given"),
]
DISAGREEING = [
    (COMPOSE, "INIT_BUCKET: roomreach", "INIT_BUCKET: other", "the data source's database is roomreach"),
    (COMPOSE, "INIT_BUCKET: roomreach", "INIT_BUCKET: other", "the series of collector is"),
    (COMPOSE, "INIT_ORG: roomreach", "INIT_ORG: other", "the series of api is"),
    (COMPOSE, "ADMIN_TOKEN_FILE: /run/secrets/influxdb-token", "ADMIN_TOKEN_FILE: x", "the token of api is"),
    (COMPOSE, "POSTGRES_USER: roomreach", "POSTGRES_USER: other", "the records of operator is"),
    (COMPOSE, "[grafana-password, influxdb-token]", "[grafana-password]", "which its data source reads"),
    (COMPOSE, "RECORDS_PASSWORD_FILE: /run/secrets/postgres", "_PASSWORD_FILE: /run/x/", "the password of"),
    (DASHBOARDS, "/etc/roomreach/dashboards/json", "/etc/roomreach/json", "nothing is mounted at"),
    (DATA_SOURCE, 'dbName: "roomreach"', 'dbName: "other"', "the data source's database is other"),
    (DATA_SOURCE, "influxdb:8086", "influxdb:8087", "the data source's address is http://influxdb:8087"),
    (DATA_SOURCE, "secrets/influxdb-token", "secrets/token", "the data source's token is"),
]


@pytest.mark.parametrize(
    ("file", "right", "wrong", "fault"),
    [*IN_DOCKERFILES, *((COMPOSE, *planted) for planted in (*OF_OURS, *OF_OTHERS)), *DISAGREEING],
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
    assert ("edge" in service["networks"]) == ("ports" in service)
    assert set(service["networks"]) <= {"inside", "edge"}


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
    ignored = Dockerfile.read(ROOT, "api/Dockerfile").ignored
    assert all(map(ignored, map(Path, (".env", "secrets", "data", ".git", ".venv", "tests"))))
    assert ignored(Path("api/assets/node_modules/sass"))
    assert not ignored(Path("api/assets/build.py"))


def test_the_broker_takes_the_largest_report_that_the_hubs_own_takes() -> None:
    configuration = (ROOT / "deploy/mosquitto/mosquitto.conf").read_text()
    assert f"message_size_limit {LARGEST_PAYLOAD_BYTES}\n" in configuration
