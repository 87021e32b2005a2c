"""What a panel asks, in InfluxQL, which every InfluxDB from 1 to 3 answers.

A series, field or tag that ``roomreach.series`` does not have is a ``KeyError`` here, before any file is
written. No query leaves the time to chance, and none is of more than one site.
"""

from collections.abc import Sequence

from roomreach.measurement import Outcome
from roomreach.series import SERIES, Column

WINDOW = "time($__interval)"


def column(series: str, name: str) -> Column:
    """Find a field of a series; raise ``KeyError`` for what is none."""
    return {column.name: column for column in SERIES[series].columns}[name]


def field(series: str, name: str) -> str:
    """Name a field of a series."""
    return _quoted(column(series, name).name)


def tag(series: str, name: str) -> str:
    """Name a tag of a series; raise ``KeyError`` for what is none."""
    return _quoted({tag: tag for tag in SERIES[series].tags}[name])


def over_time(
    series: str, name: str, *, by: Sequence[str] = ("room",), aggregate: str = "mean", silence: str = "null"
) -> str:
    """Ask for one value in each window. Where nothing was measured there is a gap, never a value."""
    wanted = f"{aggregate}({field(series, name)}) AS {_quoted(name)}"
    return f"SELECT {wanted} {_from(series)} GROUP BY {WINDOW}, {_tags(series, by)} fill({silence})"


def answered(rung: str) -> str:
    """Ask which share of a rung's questions was answered in each window, in percent.

    A question that could not be asked is no evidence, and a window in which none was asked is a gap. An
    answer has no reason, so that the reasons count the failures. The questions are counted with zeroes
    first: a room in which nothing ever failed has no reasons to count.
    """
    room = tag(rung, "room")
    failed, asked = field(rung, "reason"), field(rung, "outcome")
    counted = (
        f'SELECT count({failed}) AS "failed", count({asked}) AS "asked" {_from(rung)} '
        f"AND {asked} != '{Outcome.NOT_MEASURED}' GROUP BY {WINDOW}, {room} fill(0)"
    )
    shares = (
        f'SELECT 100 - 100 * "failed" / "asked" AS "answered" FROM ({counted}) '  # noqa: S608 - names are ours
        f'WHERE "asked" > 0 AND $timeFilter GROUP BY {room}'
    )
    return (
        f'SELECT min("answered") AS "answered" FROM ({shares}) '  # noqa: S608 - names are ours
        f"WHERE $timeFilter GROUP BY {WINDOW}, {room} fill(null)"
    )


def lost(rung: str, by: Sequence[str]) -> str:
    """Ask which share of a rung's attempts came back with nothing in each window, in percent."""
    sent, received = field(rung, "sent"), field(rung, "received")
    return (
        f'SELECT 100 - 100 * sum({received}) / sum({sent}) AS "lost" {_from(rung)} '
        f"GROUP BY {WINDOW}, {_tags(rung, by)} fill(null)"
    )


def failures(rung: str, *, called: str, limit: int) -> str:
    """Ask for the last attempts that failed, with the reason under the name of the rung."""
    tags = ", ".join(tag(rung, name) for name in ("room", "target") if name in SERIES[rung].tags)
    return (
        f"SELECT {tags}, {field(rung, 'reason')} AS {_quoted(called)} {_from(rung)} "
        f"AND {field(rung, 'outcome')} = '{Outcome.FAILED}' ORDER BY time DESC LIMIT {limit}"
    )


def latest(series: str, first: str, *others: str, by: Sequence[str] = ()) -> str:
    """Ask for the last point that has ``first``, at its own time, with other fields of that point."""
    wanted = ", ".join(
        [f"last({field(series, first)}) AS {_quoted(first)}", *(field(series, name) for name in others)]
    )
    return f"SELECT {wanted} {_from(series)}" + (f" GROUP BY {_tags(series, by)}" if by else "")


def reports() -> str:
    """Ask how many reports arrived."""
    return f'SELECT count({field("report", "sequence")}) AS "reports" {_from("report")}'


def rooms_heard() -> str:
    """Ask from how many rooms any report arrived."""
    by_room = f"{reports()} GROUP BY {tag('report', 'room')}"
    return f'SELECT count("reports") AS "rooms" FROM ({by_room}) WHERE $timeFilter'  # noqa: S608 - names are ours


def sites() -> str:
    """Ask for the sites on record."""
    return f'SHOW TAG VALUES FROM "report" WITH KEY = {tag("report", "site")}'


def rooms() -> str:
    """Ask for the rooms of the site chosen."""
    return f'SHOW TAG VALUES FROM "report" WITH KEY = {tag("report", "room")} WHERE {_site("report")}'


def _from(series: str) -> str:
    # "All rooms" is /^.*$/: many identifiers would make an address too long for a proxy.
    room = f"{tag(series, 'room')} =~ /^$room$/"
    return f"FROM {_quoted(SERIES[series].name)} WHERE {_site(series)} AND {room} AND $timeFilter"


def _site(series: str) -> str:
    return f"{tag(series, 'site')} = '$site'"


def _tags(series: str, names: Sequence[str]) -> str:
    return ", ".join(tag(series, name) for name in names)


def _quoted(name: str) -> str:
    return f'"{name}"'
