# ruff: noqa: INP001 - a program beside what it writes, and no package
"""Write the files of this folder anew from the table of series; a test fails when they differ.

It needs ``grafana-foundation-sdk``, which an installed hub does not.
"""

from collections.abc import Mapping
from pathlib import Path

from roomreach_dashboards import one_borough, one_site
from roomreach_dashboards.encoding import text

from roomreach_hub.grafana.files import Reaching, provisioning

HERE = Path(__file__).parent


def files() -> Mapping[str, str]:
    """Draw every dashboard, and write the provisioning for the composition at the root of this project."""
    return {
        "json/roomreach-borough.json": text(one_borough.dashboard()),
        "json/roomreach-site.json": text(one_site.dashboard()),
        **provisioning(Reaching()),
    }


if __name__ == "__main__":
    for name, made in files().items():
        (HERE / name).parent.mkdir(parents=True, exist_ok=True)
        (HERE / name).write_text(made, encoding="utf-8")
