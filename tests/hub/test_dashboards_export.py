"""Our dashboards in a folder, as Grafana reads it when it starts, and inside an installed hub."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from hubs import roomreach
from roomreach.errors import Misconfigured
from roomreach_hub.grafana.files import Reaching, exported, provisioning

ROOT = Path(__file__).parents[2]
FILES = {
    "json/roomreach-borough.json",
    "json/roomreach-site.json",
    "provisioning/dashboards/roomreach.yaml",
    "provisioning/datasources/roomreach.yaml",
}


def written_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_an_export_is_what_grafana_reads(tmp_path: Path) -> None:
    done = roomreach("dashboards", "export", tmp_path / "out")
    assert done.code == 0
    assert written_in(tmp_path / "out") == FILES
    assert f"GF_PATHS_PROVISIONING={tmp_path}/out/provisioning" in done.told
    provider = yaml.safe_load((tmp_path / "out/provisioning/dashboards/roomreach.yaml").read_text())
    (found,) = provider["providers"]
    assert found["options"]["path"] == f"{tmp_path}/out/json"
    assert found["folderUid"] == "roomreach"


def test_exporting_twice_writes_once(tmp_path: Path) -> None:
    first = json.loads(roomreach("dashboards", "export", tmp_path, "--json").printed)
    assert first == {"files": dict.fromkeys(FILES, True)}
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")}
    again = json.loads(roomreach("dashboards", "export", tmp_path, "--json").printed)
    assert again == {"files": dict.fromkeys(FILES, False)}
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")} == before


def test_an_older_export_is_brought_up_to_date(tmp_path: Path) -> None:
    roomreach("dashboards", "export", tmp_path)
    roomreach("dashboards", "export", tmp_path, "--influxdb", "http://127.0.0.1:8086")
    source = yaml.safe_load((tmp_path / "provisioning/datasources/roomreach.yaml").read_text())
    assert source["datasources"][0]["url"] == "http://127.0.0.1:8086"


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_we_did_not_make_is_left_alone_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("somebody's own\n")
    done = roomreach("dashboards", "export", tmp_path)
    assert done.code == 2
    assert "was not made by roomreach" in done.told
    assert written_in(tmp_path) == {name}
    assert (tmp_path / name).read_text() == "somebody's own\n"


def test_the_data_source_asks_influxql_and_reads_its_token_from_a_file() -> None:
    text = provisioning(Reaching(token_file="/etc/grafana/influxdb.token"))[  # noqa: S106 - where it is
        "provisioning/datasources/roomreach.yaml"
    ]
    (source,) = yaml.safe_load(text)["datasources"]
    assert (source["type"], source["access"], source["uid"]) == ("influxdb", "proxy", "roomreach-series")
    assert source["jsonData"]["version"] == "InfluxQL"
    assert source["jsonData"]["httpHeaderName1"] == "Authorization"
    assert source["secureJsonData"] == {"httpHeaderValue1": "Token $__file{/etc/grafana/influxdb.token}"}


def test_an_odd_name_reaches_grafana_as_it_is() -> None:
    text = provisioning(Reaching(database='a "$b": c'))["provisioning/datasources/roomreach.yaml"]
    (source,) = yaml.safe_load(text)["datasources"]
    # Grafana reads two dollars as one, and one as the start of a variable.
    assert source["jsonData"]["dbName"].replace("$$", "$") == 'a "$b": c'
    with pytest.raises(Misconfigured, match="cannot read"):
        provisioning(Reaching(token_file="/a}b"))  # noqa: S106 - where it is


def test_a_hub_that_was_installed_holds_the_same_dashboards(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT / "hub",
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    program = (
        "import sys; from roomreach_hub.grafana import files; "
        "assert 'installed' in files.__file__; sys.stdout.write(files.dashboards()['roomreach-site.json'])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == exported(Reaching())["json/roomreach-site.json"]


def test_a_command_that_pushes_nothing_loads_no_http_client() -> None:
    program = (
        "import sys, roomreach_hub.__main__; "
        "sys.exit(' '.join({'requests', 'grafana_api'} & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
