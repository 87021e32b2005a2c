"""The deployment's files as data: what each service runs, with what around it, and what they get wrong.

A fault is a sentence. Whatever a file names must exist: the command in a project's scripts, the variable in
that program's settings, the path in the source, the secret and the setting in what ``roomreach init`` makes,
and of other people's images what ``images.py`` knows. What two files say of one thing must be the same.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from typer.main import get_command

from dockerfiles import ROOT, Dockerfile
from images import IMAGES
from roomreach.errors import Misconfigured
from roomreach_api.settings import Settings as ApiSettings
from roomreach_collector.settings import Settings as CollectorSettings
from roomreach_hub.__main__ import app
from roomreach_hub.buildings.settings import Settings as HostelSettings
from roomreach_hub.folder import records_elsewhere
from roomreach_hub.initialising import settings
from roomreach_hub.initialising.initialise import DATA
from roomreach_hub.initialising.passwords import SECRETS
from roomreach_hub.speed_server import listening
from roomreach_hub.speed_server.tokens import Tokens


def _operator(environment: Mapping[str, str]) -> None:
    if not records_elsewhere(environment):
        raise Misconfigured("ROOMREACH_RECORDS is not set")


def _speed_server(environment: Mapping[str, str]) -> None:
    options = get_command(app).commands["speed-server"].params  # type: ignore[attr-defined] - a group
    told = {option.name: environment[option.envvar] for option in options if option.envvar in environment}
    if "tokens" not in told:
        raise Misconfigured("ROOMREACH_SPEED_TOKENS_FILE is not set")
    Tokens.read(Path(told["tokens"]))
    listening.allowed(told.get("listen", ""), internal=told.get("internal_network") == "yes")


PROGRAMS: Mapping[str, Callable[[Mapping[str, str]], object]] = {
    "roomreach-collector": CollectorSettings.from_environment,
    "roomreach-api": ApiSettings.from_environment,
    "roomreach": _operator,
    "roomreach speed-server": _speed_server,
    "roomreach_hub.buildings.service": HostelSettings.from_environment,
}
"""Each program that an image of ours runs, or module that its Python does, and who reads its environment."""

PORTS = {
    "api": 8800,
    "collector": 8801,
    "grafana": 3000,
    "influxdb": 8086,
    "mosquitto": 1883,
    "postgres": 5432,
    "speed-server": 8805,
}
"""Where each service listens."""

_SECRET = "/run/secrets/"  # noqa: S105 - where containers find them


_INFLUXDB = "http://influxdb:8086"


def _provisioned(folder: Path, what: str) -> list[dict[str, Any]]:
    return [one for path in folder.glob("*.yaml") for one in yaml.safe_load(path.read_text())[what]]


def _unlike(server: str, what: str, said: str | None, meant: str | None) -> Iterator[str]:
    if said != meant:
        yield f"{what} is {said}, and {server} is told {meant}"


def _module(command: list[str]) -> str | None:
    return command[2] if command[:2] == ["python", "-m"] else None


class Recorder(Mapping[str, str]):
    """An environment that remembers which of its variables anybody asked for."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


class Deployment:
    """The compose file of a folder, and the Dockerfiles of the source that its images are built from."""

    def __init__(self, folder: Path = ROOT, source: Path | None = None) -> None:
        self.source = source or folder
        self.text = (folder / "docker-compose.yml").read_text()
        self.document: dict[str, Any] = yaml.safe_load(self.text)
        self.services: dict[str, dict[str, Any]] = self.document["services"]
        provisioning = folder / "dashboards" / "provisioning"
        (self.dashboards,) = _provisioned(provisioning / "dashboards", "providers")
        (self.series,) = _provisioned(provisioning / "datasources", "datasources")

    @property
    def ours(self) -> dict[str, Dockerfile]:
        """The services whose images are built here."""
        return {
            name: Dockerfile.read(self.source, service["build"]["dockerfile"])
            for name, service in self.services.items()
            if "build" in service
        }

    def environment(self, service: str) -> dict[str, str]:
        return {name: str(value) for name, value in self.services[service].get("environment", {}).items()}

    def command(self, service: str) -> list[str]:
        """What the container runs, as its compose file or its image says."""
        said, image = self.services[service], self.ours.get(service)
        entrypoint, command = said.get("entrypoint", []), said.get("command", [])
        if image and not entrypoint:
            entrypoint, command = image.last("ENTRYPOINT"), command or image.last("CMD")
        return [word.replace("$$", "$") for word in [*entrypoint, *command]]

    def program(self, service: str) -> str:
        """The program among those words: a command of ours, with its verb, or a module."""
        command = self.command(service)
        return _module(command) or " ".join(takewhile(lambda word: not word.startswith("-"), command))

    def health(self, service: str) -> list[str]:
        """The command that says whether the container is well."""
        said = self.services[service].get("healthcheck", {}).get("test", [])[1:]
        return [word.replace("$$", "$") for word in said] or self.ours[service].last("HEALTHCHECK")

    def faults(self, secrets: Path) -> list[str]:
        """Everything these files name that does not exist; ``secrets`` is a folder that init has filled."""
        found = [*self._unset(), *self._undeclared(), *self._disagreements()]
        for name in self.services:
            found += self._service(name)
            if name not in self.ours:
                found += self._others(name)
        for name, dockerfile in self.ours.items():
            faults = dockerfile.faults() or self._program(name, secrets)
            found += [f"{name}: {fault}" for fault in faults]
        return found

    def _unset(self) -> Iterator[str]:
        set_by_init = settings.wanted(settings.Owner(uid=1, gid=1), None)
        for name in sorted(set(re.findall(r"(?<!\$)\$\{?([A-Za-z_]+)", self.text)) - set(set_by_init)):
            yield f"{name} is no setting that roomreach init writes"

    def _undeclared(self) -> Iterator[str]:
        declared = {name: secret["file"] for name, secret in self.document["secrets"].items()}
        for name, file in declared.items():
            if name not in SECRETS or file != f"./secrets/{name}":
                yield f"{file} is no secret that roomreach init makes"

    def _service(self, name: str) -> Iterator[str]:
        service, variables = self.services[name], self.environment(name)
        for volume in service.get("volumes", []):
            path = Path(volume.partition(":")[0])
            made = path.parts[0] == "data" and path.name in DATA
            if not made and not (ROOT / path).exists():
                yield f"{name} mounts {path}, which does not exist"
        for other, condition in service.get("depends_on", {}).items():
            if other not in self.services:
                yield f"{name} waits for {other}, which is no service"
            elif condition["condition"] == "service_healthy" and not self.health(other):
                yield f"{name} waits for the health of {other}, which has no check"
        state = variables.get("ROOMREACH_STATE")
        if state and not any(f":{state}" in volume for volume in service.get("volumes", [])):
            yield f"{name} keeps its state in {state}, where nothing is mounted"
        yield from self._secrets(name)
        for variable, value in variables.items():
            yield from self._peer(name, variable, value)

    def _others(self, name: str) -> Iterator[str]:
        """What a service gets wrong of another people's image."""
        known, _, _ = self.services[name]["image"].rpartition(":")
        image, variables = IMAGES[known], self.environment(name)
        for words in (self.command(name), self.health(name)):
            if words and words[0] not in image.programs:
                yield f"{name}: {words[0]} is no program of {known}"
        for variable, only in image.needs.items():
            if variables.get(variable) is None or only not in {None, variables[variable]}:
                yield f"{name}: {variable} is not {only or 'set'}"
        for variable in sorted(variables.keys() - image.needs.keys() - image.knows):
            yield f"{name}: {variable} is no variable of {known}"
        mounted = self.mounted(name)
        read = {word for word in self.command(name)[1:] if word.startswith("/")}
        read |= {self.dashboards["options"]["path"]} if name == "grafana" else set()
        for path in sorted((image.places | read) - mounted):
            yield f"{name}: nothing is mounted at {path}"
        for path in sorted(mounted - image.places - read):
            yield f"{name}: nobody reads {path}"

    def mounted(self, name: str) -> set[str]:
        """Where in a container something is mounted."""
        service = self.services[name]
        volumes = {volume.split(":")[1] for volume in service.get("volumes", [])}
        return volumes | {place.partition(":")[0] for place in service.get("tmpfs", [])}

    def _disagreements(self) -> Iterator[str]:
        """What two that must meet call by different names."""
        influxdb, postgres = self.environment("influxdb"), self.environment("postgres")
        bucket, organisation = (influxdb.get(f"DOCKER_INFLUXDB_INIT_{name}") for name in ("BUCKET", "ORG"))
        token = influxdb.get("DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE")
        yield from _unlike(
            "influxdb", "the data source's database", self.series["jsonData"]["dbName"], bucket
        )
        yield from _unlike("influxdb", "the data source's address", self.series["url"], _INFLUXDB)
        header = self.series["secureJsonData"]["httpHeaderValue1"]
        yield from _unlike("influxdb", "the data source's token", header, f"Token $__file{{{token}}}")
        if str(token).removeprefix(_SECRET) not in self.services["grafana"]["secrets"]:
            yield f"grafana is not given {token}, which its data source reads"
        for name in self.ours:
            variables = self.environment(name)
            if said := variables.get("ROOMREACH_SERIES"):
                meant = f"influxdb+{_INFLUXDB}/{bucket}?org={organisation}"
                yield from _unlike("influxdb", f"the series of {name}", said, meant)
                secret = variables.get("ROOMREACH_SERIES_TOKEN_FILE")
                yield from _unlike("influxdb", f"the token of {name}", secret, token)
            if said := variables.get("ROOMREACH_RECORDS"):
                user, database = (postgres.get(f"POSTGRES_{name}") for name in ("USER", "DB"))
                meant = f"postgresql+psycopg://{user}@postgres:{PORTS['postgres']}/{database}"
                yield from _unlike("postgres", f"the records of {name}", said, meant)
                secret = variables.get("ROOMREACH_RECORDS_PASSWORD_FILE")
                yield from _unlike(
                    "postgres", f"the password of {name}", secret, postgres.get("POSTGRES_PASSWORD_FILE")
                )

    def _secrets(self, name: str) -> Iterator[str]:
        granted = set(self.services[name].get("secrets", []))
        for variable, value in self.environment(name).items():
            if variable.endswith("_FILE") and not value.startswith(_SECRET):
                yield f"{name} takes {variable} from {value}, which is no secret"
            elif variable.endswith("_FILE") and value.removeprefix(_SECRET) not in granted:
                yield f"{name} reads the secret {value.removeprefix(_SECRET)}, which it is not given"
        for secret in sorted(granted - set(self.document["secrets"])):
            yield f"{name} is given the secret {secret}, which is not declared"

    def _peer(self, name: str, variable: str, value: str) -> Iterator[str]:
        peer = urlsplit(value)
        if "://" not in value or peer.hostname is None:
            return
        networks = set(self.services[name]["networks"])
        if peer.hostname not in self.services:
            yield f"{name}: {variable} names {peer.hostname}, which is no service"
        elif peer.port != PORTS[peer.hostname]:
            yield f"{name}: {variable} names port {peer.port} of {peer.hostname}, which listens elsewhere"
        elif not networks & set(self.services[peer.hostname]["networks"]):
            yield f"{name}: {variable} names {peer.hostname}, which shares no network with it"

    def _program(self, name: str, secrets: Path) -> Iterator[str]:
        program, health = self.program(name), self.health(name)
        asked = _module(health)
        if asked and find_spec(asked) is None:
            yield f"{asked} is no module"
        if health and health[0] not in {"python", *self.ours[name].scripts}:
            yield f"{health[0]} is no program of the image"
        if program not in PROGRAMS:
            yield f"{program} is no program of ours"
            return
        variables = {k: v.replace(_SECRET, f"{secrets}/") for k, v in self.environment(name).items()}
        environment = Recorder(variables)
        try:
            PROGRAMS[program](environment)
        except Misconfigured as exc:
            yield str(exc)
        for variable in sorted(set(variables) - environment.asked):
            yield f"{variable} is no setting of {program}"
