"""What every panel must have, and what no query may do."""

import json
import re
from copy import deepcopy
from itertools import combinations
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboard_panels import panels_of
from roomreach.series import SERIES

CORE = {"stat", "table", "timeseries", "state-timeline"}
BUILT_IN = {"timeFilter", "__interval"}
NOT_EVERYWHERE = re.compile(
    r"SHOW SERIES|SHOW DATABASES|CARDINALITY|SLIMIT|SOFFSET|INTEGRAL\(|SAMPLE\(|HOLT_WINTERS|\bINTO\b|;",
    re.IGNORECASE,
)
TWIN = 100
MOST_HOURS = 48
"""As long as there are no roll-ups to read."""
SCOPES = {
    "roomreach-site": "\"site\" = '$site'",
    "roomreach-borough": "\"authority\" = '$authority'",
}
"""What every part of a query of a dashboard must be of."""


def faults(site: dict[str, Any]) -> list[str]:
    """Everything that is wrong with a dashboard, in words."""
    rows = [top for top in site["panels"] if top["type"] == "row"]
    panels = [p for top in site["panels"] for p in (top, *top.get("panels", ())) if p["type"] != "row"]
    found = []
    numbers = [panel["id"] for panel in (*rows, *panels)]
    found += [f"two panels are number {n}" for n in {n for n in numbers if numbers.count(n) > 1}]
    by_number = {panel["id"]: panel for panel in panels}
    for panel in panels:
        found += [f"{panel['title'] or panel['id']}: {fault}" for fault in _of_panel(panel, by_number)]
    since = re.fullmatch(r"now-(\d+)h", site["time"]["from"])
    if since is None or int(since[1]) > MOST_HOURS:
        found.append(f"opens on more than {MOST_HOURS} h of single measurements")
    variables = {variable["name"] for variable in site["templating"]["list"]}
    for panel in panels:
        for target in panel["targets"]:
            found += [f"{panel['title']}: {fault}" for fault in _of_query(target, variables, site["uid"])]
    return found


def _of_panel(panel: dict[str, Any], by_number: dict[int, dict[str, Any]]) -> list[str]:
    found = []
    if panel["type"] not in CORE:
        found.append(f"{panel['type']} is not in every Grafana")
    if not panel.get("title"):
        found.append("no title")
    if len(panel.get("description", "")) < 40:
        found.append("no description")
    if not panel["fieldConfig"]["defaults"].get("unit"):
        found.append("no unit")
    if panel.get("datasource") != {"type": "influxdb", "uid": "${datasource}"}:
        found.append("a data source of its own")
    if panel["type"] != "table":
        twin = by_number.get(panel["id"] + TWIN, {})
        asks = [target["query"] for target in panel["targets"]]
        if twin.get("type") != "table" or [target["query"] for target in twin["targets"]] != asks:
            found.append("no table says the same")
    return found


def _of_query(target: dict[str, Any], variables: set[str], uid: str) -> list[str]:
    query = target["query"]
    found = []
    if target["datasource"] != {"type": "influxdb", "uid": "${datasource}"} or not target["rawQuery"]:
        found.append("not a query of the data source chosen")
    # Each part that reads measurements filters time and site for itself.
    for part in re.findall(r'FROM "\w+" WHERE [^()]*', query):
        if "$timeFilter" not in part:
            found.append("no time filter")
        if SCOPES[uid] not in part:
            found.append("more than what was chosen")
    if query.count("SELECT") != len(re.findall(r"WHERE", query)):
        found.append("a part without a filter")
    if NOT_EVERYWHERE.search(query):
        found.append("words that not every InfluxDB knows")
    if unknown := set(re.findall(r"\$(\w+)", query)) - variables - BUILT_IN:
        found.append(f"a variable that nobody sets: {unknown}")
    series = SERIES.get(re.findall(r'FROM "(\w+)"', query)[0])
    if series is None:
        return [*found, "a series that does not exist"]
    called = set(re.findall(r'AS "(\w+)"', query))
    columns = {column.name for column in series.columns} | set(series.tags) | called | {series.name}
    found += [f"no field {name}" for name in set(re.findall(r'"(\w+)"', query)) - columns]
    return found


def test_the_committed_files_are_what_the_table_of_series_gives() -> None:
    import generate  # noqa: PLC0415 - conftest says where it is

    made = generate.files()
    assert {name: (generate.HERE / name).read_text() for name in made} == made, "run dashboards/generate.py"
    committed = {str(path.relative_to(generate.HERE)) for path in generate.HERE.glob("json/*")}
    assert committed <= set(made)


def test_a_field_that_was_renamed_breaks_the_generator() -> None:
    from roomreach_dashboards import asking  # noqa: PLC0415 - conftest says where it is

    for ask in (
        lambda: asking.over_time("link", "signal"),
        lambda: asking.over_time("wifi", "signal_dbm"),
        lambda: asking.over_time("link", "signal_dbm", by=("building",)),
        lambda: asking.latest("health", "uptime_s", "uptime"),
        lambda: asking.lost("names", by=("room",)),
    ):
        with pytest.raises(KeyError):
            ask()


def test_nothing_is_wrong_with_a_dashboard(dashboard) -> None:
    assert faults(dashboard) == []


def test_a_query_beyond_what_was_chosen_is_caught(borough) -> None:
    spoilt = deepcopy(borough)
    _ask(_panel(spoilt, 21), "\"authority\" = '$authority' AND ", "")
    assert any("more than what was chosen" in fault for fault in faults(spoilt))


@pytest.mark.parametrize("since", ["now-49h", "now-7d", "now/d"])
def test_a_dashboard_that_opens_on_more_than_two_days_is_caught(dashboard, since: str) -> None:
    spoilt = deepcopy(dashboard)
    spoilt["time"]["from"] = since
    assert faults(spoilt) == ["opens on more than 48 h of single measurements"]


def _panel(site: dict[str, Any], number: int) -> dict[str, Any]:
    (found,) = [
        p for top in site["panels"] for p in (top, *top.get("panels", ())) if p["id"] == number
    ]  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("number", "spoil", "fault"),
    [
        (20, lambda panel: panel.update(title=""), "no title"),
        (20, lambda panel: panel.update(description="Signal."), "no description"),
        (20, lambda panel: panel["fieldConfig"]["defaults"].pop("unit"), "no unit"),
        (20, lambda panel: panel.update(id=21), "two panels are number 21"),
        (20, lambda panel: panel.update(type="geomap"), "geomap is not in every Grafana"),
        (20, lambda panel: panel.update(datasource={"type": "influxdb", "uid": "mine"}), "of its own"),
        (120, lambda panel: panel.update(id=999), "no table says the same"),
        (20, lambda panel: _ask(panel, "$timeFilter", "true"), "no time filter"),
        (10, lambda panel: _ask(panel, " AND $timeFilter AND", " AND"), "no time filter"),
        (20, lambda panel: _ask(panel, "$site", "$place"), "a variable that nobody sets: {'place'}"),
        (20, lambda panel: _ask(panel, "signal_dbm", "signal_db"), "no field signal_db"),
        (20, lambda panel: _ask(panel, "mean(", "INTEGRAL("), "words that not every InfluxDB knows"),
    ],
)
def test_a_fault_is_caught(site, number: int, spoil: Any, fault: str) -> None:
    spoilt = deepcopy(site)
    spoil(_panel(spoilt, number))
    assert any(fault in found for found in faults(spoilt)), faults(spoilt)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda panel: panel["fieldConfig"]["defaults"].pop("unit"), "no unit"),
        (lambda panel: panel.update(id=22), "two panels are number 22"),
        (lambda panel: _ask(panel, "$timeFilter", "true"), "no time filter"),
        (lambda panel: _ask(panel, "signal_dbm", "signal_db"), "no field signal_db"),
    ],
)
def test_a_fault_of_a_borough_is_caught(borough, spoil: Any, fault: str) -> None:
    spoilt = deepcopy(borough)
    spoil(_panel(spoilt, 21))
    assert any(fault in found for found in faults(spoilt)), faults(spoilt)


def _ask(panel: dict[str, Any], right: str, wrong: str) -> None:
    (target,) = panel["targets"]
    assert right in target["query"]
    target["query"] = re.sub(r'AS "signal_db\w*"', 'AS "s"', target["query"].replace(right, wrong))


def units_of(dashboard: dict[str, Any]) -> dict[str, str]:
    return {panel["title"]: panel["fieldConfig"]["defaults"]["unit"] for panel in panels_of(dashboard)}


def test_units_of_a_borough_are_those_of_the_language(borough) -> None:
    units = units_of(borough)
    assert units["Wi-Fi signal by site"] == "dBm"
    assert units["Round trip to the world outside by site"] == "ms"
    assert units["Download on the line by site"] == "Mbits"
    assert units["Data as of"] == "dateTimeFromNow"


def test_units_are_those_of_the_language(site) -> None:
    units = units_of(site)
    assert units["Wi-Fi signal by room"] == "dBm"
    assert units["Time to look a name up"] == "ms"
    assert units["Temperature of the agents"] == "celsius"
    assert units["Data as of"] == "dateTimeFromNow"
    assert units["Download in the rooms"] == "Mbits"
    assert units["Data that tests cost"] == "decbytes"


def test_every_question_of_a_panel_is_asked() -> None:
    from roomreach_dashboards.drawing import Panel, rows  # noqa: PLC0415 - conftest says where it is

    asks = tuple(f"SELECT {number}" for number in range(9))
    told = {"id": 1, "title": "", "description": "", "unit": "none", "draw": rows}
    drawn = rows(Panel(asks=asks, **told)).build()
    assert [target.query for target in drawn.targets] == list(asks)
    with pytest.raises(ValueError, match="zip"):
        rows(Panel(asks=asks * 3, **told))


def test_a_new_section_renumbers_no_row(dashboard) -> None:
    rows = [top for top in dashboard["panels"] if top["type"] == "row"]
    panels = iter(dashboard["panels"])
    for row in rows:
        while next(panels) is not row:
            pass
        first = row["panels"][0] if row["panels"] else next(panels)
        assert row["id"] in {1000 + first["id"], 2000 + first["id"] - TWIN}


def test_links_to_it_last(dashboard) -> None:
    assert dashboard["uid"] in SCOPES
    assert dashboard["schemaVersion"] == 39
    assert dashboard["timezone"] == "Europe/London"
    assert "made-by-roomreach" in dashboard["tags"]
    assert "id" not in dashboard
    assert "version" not in dashboard


def test_no_panel_covers_another(dashboard) -> None:
    for panels in (dashboard["panels"], *(top["panels"] for top in dashboard["panels"] if top.get("panels"))):
        for one, other in combinations([panel["gridPos"] for panel in panels], 2):
            beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
            above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
            assert beside or above, (one, other)
        assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


def test_lines_break_where_nothing_was_measured(dashboard) -> None:
    for panel in panels_of(dashboard):
        if panel["type"] in {"timeseries", "state-timeline"}:
            assert panel["fieldConfig"]["defaults"]["custom"]["spanNulls"] is False, panel["title"]
            assert "fill(" in panel["targets"][0]["query"]


def test_the_schema_reads_it_and_writes_it_back_without_loss(dashboard) -> None:
    bare = deepcopy(dashboard)
    for panel in (p for top in bare["panels"] for p in (top, *top.get("panels", ()))):
        panel.pop("targets", None)  # the schema has no queries of this data source
    assert json.loads(JSONEncoder().encode(Dashboard.from_json(bare))) == bare
