"""Points to InfluxDB's line protocol, fast: two thirds of what a collector stores passes through here.

https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/
"""

from collections.abc import Sequence
from functools import lru_cache
from types import NoneType

from roomreach.places import Whereabouts
from roomreach.series import SERIES, TAGS, Point, Value

_TAG = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_STRING = str.maketrans({'"': '\\"', "\\": "\\\\"})

_AGENTS = 4_096
"""How many agents' tags are remembered, once for each series and target."""


def lines(points: Sequence[Point]) -> list[str]:
    """Give each point as one line (a text may hold a newline). What is not known is left out."""
    made = []
    for point in points:
        template, quotes = _template(point.series, tuple(map(type, point.values)))
        fields = template % point.values
        if fields.count('"') != quotes or "\\" in fields:
            fields = template % tuple(map(_escaped, point.values))
        made.append(f"{_head(point.series, point.whereabouts, point.target)}{fields} {point.taken_ms}")
    return made


@lru_cache(maxsize=16 * _AGENTS)
def _head(series: str, whereabouts: Whereabouts, target: str | None) -> str:
    tags = [f",{tag}={value.translate(_TAG)}" for tag, value in zip(TAGS, whereabouts, strict=True)]
    if target is not None:
        tags.append(f",target={target.translate(_TAG)}")
    return f"{series}{''.join(tags)} "


@lru_cache(maxsize=4_096)
def _template(series: str, types: tuple[type, ...]) -> tuple[str, int]:
    """Make a template for values of these types, and count its quotes: more of them need escaping."""
    template = ""
    for column, type_ in zip(SERIES[series].columns, types, strict=True):
        if type_ is NoneType:
            template += "%.0s"  # takes a value and writes nothing
        else:
            # A number without its "i" is a float: a float column may hold a whole number.
            form = {"int": "%si", "str": '"%s"'}.get(column.type, "%s")
            template += f"{',' if '=' in template else ''}{column.name}={form}"
    return template, template.count('"')


def _escaped(value: Value | None) -> Value | None:
    return value.translate(_STRING) if isinstance(value, str) else value
