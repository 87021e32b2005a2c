"""One site: what do its rooms tell, and which part of the way out fails?"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import dashboard as models

from roomreach_dashboards import asking
from roomreach_dashboards.drawing import SOURCE, Panel, rows, twin
from roomreach_dashboards.sections import agents, now, online, times, wifi

UID = "roomreach-site"
MADE_BY_US = "made-by-roomreach"
"""The tag by which ``roomreach dashboards push`` knows what it may write over."""

_SCHEMA = 39
"""Grafana 10 reads this; every later one reads it and brings it up to date."""


SECTIONS: Mapping[str, Sequence[Panel]] = {
    "Now": now.PANELS,
    "Can residents get online?": online.PANELS,
    "Wi-Fi in the rooms": wifi.PANELS,
    "How long it takes": times.PANELS,
    "Are the agents well?": agents.PANELS,
}


def dashboard() -> models.Dashboard:
    """Draw it. Each section is followed by its charts as tables, folded up."""
    made = (
        builders.Dashboard("roomreach: one site")
        .uid(UID)
        .tags([MADE_BY_US, "roomreach"])
        .description(
            "What the rooms of one site measured, by room code. Choose at most two days: it reads every "
            "single measurement. Names of places are in roomreach's own pages, where access is decided."
        )
        .timezone("Europe/London")
        .week_start("monday")
        .time("now-6h", "now")
        .refresh("1m")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .with_variable(builders.DatasourceVariable("datasource").label("Data source").type("influxdb"))
        .with_variable(_choice("site", "Site", asking.sites()))
        .with_variable(
            _choice("room", "Room", asking.rooms())
            .multi(True)  # noqa: FBT003 - the SDK's own argument
            .include_all(True)  # noqa: FBT003 - the SDK's own argument
            .all_value(".*")
            .current(models.VariableOption(text=["All"], value=["$__all"]))
        )
    )
    numbers = count(1_000)
    for title, panels in SECTIONS.items():
        made = made.with_row(builders.Row(title).id(next(numbers)))
        for panel in panels:
            made = made.with_panel(panel.draw(panel))
        folded = builders.Row(f"{title.rstrip('?')}: the same as tables").id(next(numbers))
        for same in _twins(panels):
            folded = folded.with_panel(same.draw(same))
        made = made.with_row(folded)
    drawn = made.build()
    drawn.schema_version = _SCHEMA
    return drawn


def _twins(panels: Sequence[Panel]) -> Iterator[Panel]:
    return (twin(panel) for panel in panels if panel.draw is not rows)


def _choice(name: str, label: str, query: str) -> builders.QueryVariable:
    # Without "on time range changed" it never looks for new rooms; without "on load", for any.
    return (
        builders.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query(query)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
    )
