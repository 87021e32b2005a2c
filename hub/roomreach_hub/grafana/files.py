"""Which files does Grafana need: the dashboards that we ship, and the provisioning that points to them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roomreach.errors import Misconfigured

MADE_BY_US = "made-by-roomreach"
"""The tag of every dashboard of ours: nothing without it is ever written over."""

FOLDER_UID = "roomreach"
FOLDER_TITLE = "roomreach"

_INSTALLED = Path(__file__).parent / "json"
_BESIDE_THE_SOURCE = Path(__file__).parents[3] / "dashboards" / "json"

_HEADER = "# Made by roomreach dashboards export, which may write it anew: change a copy of another name.\n"

Model = dict[str, Any]
"""A dashboard as Grafana's API takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaching:
    """How Grafana, where it runs, reaches InfluxDB and the dashboards. The token stays in its file."""

    influxdb: str = "http://influxdb:8086"
    database: str = "roomreach"
    token_file: str = "/run/secrets/influxdb-token"  # noqa: S105 - where a token is, not what it is
    dashboards: str = "/etc/roomreach/dashboards/json"


def dashboards() -> Mapping[str, str]:
    """Give every dashboard that we ship, by the name of its file."""
    folder = _INSTALLED if _INSTALLED.is_dir() else _BESIDE_THE_SOURCE
    found = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.json"))}
    if not found:
        raise Misconfigured("This installation holds no dashboards: install roomreach-hub again.")
    return found


def models() -> list[Model]:
    """Give every dashboard that we ship, as Grafana's API takes it."""
    return [json.loads(text) for text in dashboards().values()]


def exported(reaching: Reaching) -> dict[str, str]:
    """Give every file of an export, by its path inside the folder."""
    return {
        **{f"json/{name}": text for name, text in dashboards().items()},
        **provisioning(reaching),
    }


def provisioning(reaching: Reaching) -> dict[str, str]:
    """Write what Grafana reads when it starts: its data source, its folder and where the dashboards are.

    https://grafana.com/docs/grafana/latest/administration/provisioning/
    """
    return {
        "provisioning/datasources/roomreach.yaml": _data_source(reaching),
        "provisioning/dashboards/roomreach.yaml": _provider(reaching),
    }


def _data_source(reaching: Reaching) -> str:
    if "}" in reaching.token_file:
        raise Misconfigured("The path of the token's file holds a }, which Grafana cannot read: rename it.")
    # InfluxDB 2 answers on its 1.x /query for the bucket of the same name, without a mapping of its own.
    # Nothing shorter than a minute is worth a window: agents report once a minute.
    return f"""\
{_HEADER}# Grafana reads the token from its file when it starts; it needs to read the database, and no more.
apiVersion: 1
datasources:
  - uid: roomreach-series
    name: roomreach
    type: influxdb
    access: proxy
    url: {_literal(reaching.influxdb)}
    editable: false
    jsonData:
      version: InfluxQL
      dbName: {_literal(reaching.database)}
      httpMode: GET
      httpHeaderName1: Authorization
      timeInterval: 1m
    secureJsonData:
      httpHeaderValue1: {json.dumps(f"Token $__file{{{reaching.token_file}}}")}
"""


def _provider(reaching: Reaching) -> str:
    return f"""\
{_HEADER}apiVersion: 1
providers:
  - name: roomreach
    type: file
    folder: {FOLDER_TITLE}
    folderUid: {FOLDER_UID}
    allowUiUpdates: false
    disableDeletion: false
    updateIntervalSeconds: 30
    options:
      path: {_literal(reaching.dashboards)}
"""


def _literal(text: str) -> str:
    # JSON is YAML, and Grafana would fill a variable in where there is one dollar.
    return json.dumps(text.replace("$", "$$"), ensure_ascii=False)


def ours(text: str) -> bool:
    """Tell whether a file was written by us."""
    return text.startswith(_HEADER) or f'"{MADE_BY_US}"' in text
