"""Where are the deployment's files, that every new folder gets a copy of?"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from roomreach.errors import Misconfigured

COMPOSE = "docker-compose.yml"
NAMES: Mapping[str, str] = {
    COMPOSE: "initialising/files/docker-compose.yml",
    "deploy": "initialising/files/deploy",
    "dashboards/provisioning": "initialising/files/provisioning",
    "dashboards/json": "grafana/json",
}
"""What `docker compose` needs beside secrets and settings, and where the wheel has it within our package."""

_PACKAGE = Path(__file__).parents[1]
_SOURCE = _PACKAGE.parents[1]


def source() -> Path | None:
    """Give the top of the source, from which images can be built, or None where there is only a wheel."""
    return (
        _SOURCE if (_SOURCE / COMPOSE).is_file() and (_SOURCE / "hub" / "pyproject.toml").is_file() else None
    )


def originals() -> Iterator[tuple[Path, Path]]:
    """Give each file, and its path within the folder; raises ``Misconfigured`` when this install has none."""
    top = source()
    for name, packaged in NAMES.items():
        found = top / name if top else _PACKAGE / packaged
        if not found.exists():
            raise Misconfigured(
                f"This installation came without {name}: "
                "install the whole wheel of roomreach-hub, or run this in a clone of the source."
            )
        for path in [found] if found.is_file() else sorted(found.rglob("*")):
            if path.is_file():
                yield path, name / path.relative_to(found)
