"""How is a panel drawn? Each kind once, so that every panel of a kind looks and behaves the same.

A chart is described once, and drawn twice: as what it is, and as a table with the same queries for whoever
does not see charts. Identifiers are given, so that links to a panel last.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models

from roomreach_dashboards import asking

SOURCE = common.DataSourceRef(type_val="influxdb", uid="${datasource}")

UNITS = {
    "": "none",
    "dBm": "dBm",
    "ms": "ms",
    "s": "s",
    "%": "percent",
    "°C": "celsius",
    "MB": "decmbytes",
    "reports": "short",
    "Mbit/s": "Mbits",
    "bytes": "decbytes",
}
"""The units of the language, in Grafana's words."""

SHORTEST_WINDOW = "2m"
"""Two reports' time: an agent may be a little late, and a window without any report is silence."""

TWIN = 100
"""A chart's table has the chart's number and this."""

Draw = Callable[["Panel"], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel: what it is called, what it tells, what it asks (by the name of a row or a column), and how.

    ``units`` are those of single columns where they differ. ``by`` names the tags a line is called by.
    """

    id: int
    title: str
    description: str
    asks: tuple[str, ...]
    unit: str
    draw: Draw
    by: tuple[str, ...] = ("room",)
    units: Mapping[str, str] | None = None
    width: int = 12
    height: int = 8
    steps: tuple[tuple[float | None, str], ...] = ()
    lowest: float | None = None
    highest: float | None = None


class Query(Dataquery):
    """A question in InfluxQL: the SDK has no builder for this data source."""

    def __init__(self, ref_id: str, query: str, alias: str, *, as_table: bool) -> None:
        self.ref_id = ref_id
        self.query = query
        self.alias = alias
        self.as_table = as_table

    def build(self) -> "Query":
        """Be one's own builder."""
        return self

    def to_json(self) -> dict[str, object]:
        """Write it as Grafana's InfluxDB data source reads it."""
        named = {} if self.as_table else {"alias": self.alias}
        return {
            "datasource": SOURCE,
            "query": self.query,
            "rawQuery": True,
            "refId": self.ref_id,
            "resultFormat": "table" if self.as_table else "time_series",
            **named,
        }


def states(panel: Panel) -> statetimeline.Panel:
    """Draw rooms as rows and time from left to right; silence is left empty."""
    drawn = (
        statetimeline.Panel()
        .interval(SHORTEST_WINDOW)
        .span_nulls(False)  # noqa: FBT003 - the SDK's own argument
        .merge_values(True)  # noqa: FBT003 - the SDK's own argument
        .show_value(common.VisibilityMode.NEVER)
        .legend(_legend())
        .mappings(_YES_OR_NO)
        .no_value("not observed")
    )
    return _finished(drawn, panel)


def lines(panel: Panel) -> timeseries.Panel:
    """Draw one line for each thing measured; a line breaks where nothing was measured."""
    drawn = (
        timeseries.Panel()
        .interval(SHORTEST_WINDOW)
        .span_nulls(False)  # noqa: FBT003 - the SDK's own argument
        .show_points(common.VisibilityMode.AUTO)
        .legend(_legend())
        .no_value("not observed")
    )
    if panel.steps:
        drawn = drawn.thresholds_style(
            common_builders.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
        )
    return _finished(drawn, panel)


def points(panel: Panel) -> timeseries.Panel:
    """Draw a point for each of a few measurements a day: what lies between two of them nobody knows."""
    drawn: timeseries.Panel = lines(panel)
    return drawn.draw_style(common.GraphDrawStyle.POINTS).point_size(8)


def figure(panel: Panel) -> stat.Panel:
    """Draw one figure."""
    shown = "/^Time$/" if panel.unit == AGE else ""
    drawn = (
        stat.Panel()
        .reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]).fields(shown))
        .color_mode(common.BigValueColorMode.NONE)
        .graph_mode(common.BigValueGraphMode.NONE)
        .no_value("nothing heard")
    )
    return _finished(drawn, panel, as_table=True)


def rows(panel: Panel) -> table.Panel:
    """Draw a table. Several queries become one table: rows that agree are joined."""
    drawn = table.Panel().interval(SHORTEST_WINDOW).no_value("not observed")
    for column, unit in (panel.units or {}).items():
        drawn = drawn.override_by_name(column, [models.DynamicConfigValue(id_val="unit", value=unit)])
    if len(panel.asks) > 1:
        drawn = drawn.with_transformation(models.DataTransformerConfig(id_val="merge", options={}))
    return _finished(drawn, panel, as_table=True)


def twin(panel: Panel) -> Panel:
    """Describe the table that says the same as a chart."""
    return Panel(
        id=panel.id + TWIN,
        title=f"{panel.title} (table)",
        description=f"The same figures as a table. {panel.description}",
        asks=panel.asks,
        unit="none" if panel.unit == AGE else panel.unit,
        by=panel.by,
        units={"Time": AGE if panel.unit == AGE else "dateTimeAsLocal"},
        draw=rows,
    )


def unit(series: str, column: str) -> str:
    """Give the unit of a field in Grafana's words."""
    return UNITS[asking.column(series, column).unit]


AGE = "dateTimeFromNow"
"""Grafana's name for the time since a moment."""

_YES_OR_NO: list[models.ValueMapping] = [
    models.ValueMap(
        options={
            "0": models.ValueMappingResult(text="no", color="red", index=0),
            "100": models.ValueMappingResult(text="yes", color="blue", index=1),
        }
    ),
    models.RangeMap(
        options=models.DashboardRangeMapOptions(
            from_val=0, to=100, result=models.ValueMappingResult(text="partly", color="orange", index=2)
        )
    ),
]
"""Blue and red rather than green and red: whoever cannot tell the one pair tells the other."""


def _finished(drawn: Any, panel: Panel, *, as_table: bool = False) -> Any:  # noqa: ANN401 - builders share no type
    alias = " ".join(f"$tag_{name}" for name in panel.by)
    drawn = (
        drawn.id(panel.id)
        .title(panel.title)
        .description(panel.description)
        .datasource(SOURCE)
        .unit(panel.unit)
        .span(panel.width)
        .height(panel.height)
    )
    if panel.steps:
        steps = [models.Threshold(value=value, color=color) for value, color in panel.steps]
        drawn = drawn.thresholds(
            builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)
        )
    if panel.lowest is not None:
        drawn = drawn.min(panel.lowest)
    if panel.highest is not None:
        drawn = drawn.max(panel.highest)
    for ref_id, query in zip(ascii_uppercase[: len(panel.asks)], panel.asks, strict=True):
        drawn = drawn.with_target(Query(ref_id, query, alias, as_table=as_table))
    return drawn


def _legend() -> common_builders.VizLegendOptions:
    # The SDK's own default hides it.
    return (
        common_builders.VizLegendOptions()
        .show_legend(True)  # noqa: FBT003 - the SDK's own argument
        .display_mode(common.LegendDisplayMode.LIST)
        .placement(common.LegendPlacement.BOTTOM)
    )
