"""How does a dashboard become whole? Section by section, each followed by its charts as tables."""

from collections.abc import Iterator, Mapping, Sequence

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import dashboard as models

from roomreach_dashboards.drawing import SOURCE, Panel, rows, twin
from roomreach_hub.grafana.files import MADE_BY_US

_SCHEMA = 39
"""Grafana 10 reads this; every later one reads it and brings it up to date."""

_ROW, _FOLDED_ROW = 1_000, 2_000
"""Added to the number of a section's first panel: no panel's own is as high."""

Sections = Mapping[str, Sequence[Panel]]


def begun(title: str, uid: str, description: str, *, since: str) -> builders.Dashboard:
    """Begin a dashboard on London's time, ``since`` a moment in Grafana's words, with its data source."""
    return (
        builders.Dashboard(title)
        .uid(uid)
        .tags([MADE_BY_US, "roomreach"])
        .description(description)
        .timezone("Europe/London")
        .week_start("monday")
        .time(since, "now")
        .refresh("1m")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .with_variable(builders.DatasourceVariable("datasource").label("Data source").type("influxdb"))
    )


def choice(name: str, label: str, query: str) -> builders.QueryVariable:
    """Let a reader choose among what a query finds."""
    # Without "on time range changed" it never looks for new rooms; without "on load", for any.
    return (
        builders.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query(query)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
    )


def finished(made: builders.Dashboard, sections: Sections) -> models.Dashboard:
    """Draw the sections. A row is numbered by its first panel, so that a new section renumbers no other."""
    for title, panels in sections.items():
        made = made.with_row(builders.Row(title).id(_ROW + panels[0].id))
        for panel in panels:
            made = made.with_panel(panel.draw(panel))
        twins = list(_twins(panels))
        if not twins:
            continue
        folded = builders.Row(f"{title.rstrip('?')}: the same as tables").id(_FOLDED_ROW + panels[0].id)
        for same in twins:
            folded = folded.with_panel(same.draw(same))
        made = made.with_row(folded)
    drawn = made.build()
    drawn.schema_version = _SCHEMA
    return drawn


def _twins(panels: Sequence[Panel]) -> Iterator[Panel]:
    return (twin(panel) for panel in panels if panel.draw is not rows)
