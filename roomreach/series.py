"""The one table of series, tags and fields: read by the writer, the reader and the dashboards.

One wide point per report, kind and target. A point's identity is its tags and the time it was taken, so
writing the same report twice changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from roomreach.measurement import KINDS, Measurement, NotMeasured
from roomreach.places import Whereabouts
from roomreach.report import Report
from roomreach.shape import fields_of

Value = bool | int | float | str
ColumnType = Literal["bool", "int", "float", "str"]

TAGS: tuple[str, ...] = Whereabouts._fields
"""The tags of every point. A series of a kind with targets has one more: ``target``."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a series."""

    name: str
    type: ColumnType
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its name, its closed list of targets (empty when it has none), and its fields."""

    name: str
    columns: tuple[Column, ...]
    targets: tuple[str, ...] = ()

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that identify a point beside its time."""
        return (*TAGS, "target") if self.targets else TAGS


@dataclass(frozen=True, slots=True)
class Point:
    """One row of one series. ``values`` stand in the order of the series' columns; None is not known."""

    series: str
    whereabouts: Whereabouts
    target: str | None
    taken_ms: int
    values: tuple[Value | None, ...]

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two points the same point."""
        return (self.series, *self.whereabouts, self.target, self.taken_ms)


REPORT = Series(
    "report",
    (
        Column("outbox", "str"),
        Column("sequence", "int"),
        Column("digest", "str"),
        Column("boot", "str"),
        Column("boot_ms", "int", "ms"),
        Column("highest", "int"),
        Column("dropped", "int", "reports"),
        Column("interval_s", "int", "s"),
        Column("lacked", "str"),
    ),
)
"""One point per report: what proves that it arrived, and which kinds it could not measure."""

_COMMON = (Column("outcome", "str"), Column("reason", "str"))


def _series_of(kind: type[Measurement]) -> Series:
    own = [field for field in fields_of(kind) if field.name not in {"reason", "target"}]
    target = next((field for field in fields_of(kind) if field.name == "target"), None)
    return Series(
        name=kind.kind,
        columns=(*_COMMON, *(Column(f.name, _type_name(f.base), f.unit) for f in own)),
        targets=(target.choices or ()) if target else (),
    )


def _type_name(base: type) -> ColumnType:
    names: dict[type, ColumnType] = {bool: "bool", int: "int", float: "float", str: "str"}
    return names[base]


SERIES: Mapping[str, Series] = {
    REPORT.name: REPORT,
    **{name: _series_of(kind) for name, kind in KINDS.items()},
}

_values: dict[str, Callable[[Any], tuple[Value | None, ...]]] = {
    name: attrgetter(*(column.name for column in series.columns))
    for name, series in SERIES.items()
    if series is not REPORT
}


def points(
    report: Report, whereabouts: Whereabouts, digest: str, set_aside: tuple[str, ...] = ()
) -> list[Point]:
    """Turn a placed report into its points: one for the report, one for each measurement.

    ``digest`` is that of the report's bytes. ``set_aside`` names kinds that this collector does not know.
    """
    made = []
    lacked = [f"{kind}:unknown_kind" for kind in set_aside]
    for measurement in report.measurements:
        target: str | None = getattr(measurement, "target", None)
        if isinstance(measurement, NotMeasured):
            lacked.append(f"{measurement.of}:{measurement.reason}")
            if not _has_place(measurement):
                continue
            name = measurement.of
            empty = (None,) * (len(SERIES[name].columns) - len(_COMMON))
            values: tuple[Value | None, ...] = (measurement.outcome, measurement.reason, *empty)
        else:
            name = measurement.kind
            values = _values[name](measurement)
        made.append(Point(name, whereabouts, target, report.taken_ms, values))
    proof: tuple[Value | None, ...] = (
        report.outbox,
        report.sequence,
        digest,
        report.boot,
        report.boot_ms,
        report.highest,
        report.dropped,
        report.interval_s,
        ",".join(lacked),
    )
    made.append(Point(REPORT.name, whereabouts, None, report.taken_ms, proof))
    return made


def _has_place(measurement: NotMeasured) -> bool:
    # A kind or a target from a newer agent has no series here: the report's point still says it was lacking.
    series = SERIES.get(measurement.of)
    if series is None or series is REPORT:
        return False
    return measurement.target in series.targets if series.targets else measurement.target is None
