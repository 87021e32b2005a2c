"""What a panel asks, in InfluxQL, which every InfluxDB from 1 to 3 answers.

A series, field or tag that ``roomreach.series`` does not have is a ``KeyError`` here, before any file is
written. No query leaves the time to chance, and each is ``of`` one site or of one authority.
"""

from collections.abc import Callable, Sequence

from roomreach.measurement import Outcome
from roomreach.series import SERIES, Column

WINDOW = "time($__interval)"

Scope = Callable[[str], str]
"""Whose measurements a query reads: the condition, for a series."""


def column(series: str, name: str) -> Column:
    """Find a field of a series; raise ``KeyError`` for what is none."""
    return {column.name: column for column in SERIES[series].columns}[name]


def field(series: str, name: str) -> str:
    """Name a field of a series."""
    return _quoted(column(series, name).name)


def tag(series: str, name: str) -> str:
    """Name a tag of a series; raise ``KeyError`` for what is none."""
    return _quoted({tag: tag for tag in SERIES[series].tags}[name])


def one_site(series: str) -> str:
    """Read the rooms chosen of the site chosen."""
    # "All rooms" is /^.*$/: many identifiers would make an address too long for a proxy.
    return f"{_site(series)} AND {tag(series, 'room')} =~ /^$room$/"


def one_authority(series: str) -> str:
    """Read every site that stands in the area of the authority chosen."""
    return f"{tag(series, 'authority')} = '$authority'"


def only(of: Scope, **tags: str) -> Scope:
    """Read no more than what has these tags."""

    def narrowed(series: str) -> str:
        return " AND ".join(
            [of(series), *(f"{tag(series, name)} = '{value}'" for name, value in tags.items())]
        )

    return narrowed


def over_time(
    series: str,
    name: str,
    *,
    by: Sequence[str] = ("room",),
    aggregate: str = "mean",
    silence: str = "null",
    of: Scope = one_site,
) -> str:
    """Ask for one value in each window. Where nothing was measured there is a gap, never a value."""
    wanted = f"{aggregate}({field(series, name)}) AS {_quoted(name)}"
    return f"SELECT {wanted} {_from(series, of)} GROUP BY {WINDOW}, {_tags(series, by)} fill({silence})"


def over_all(
    series: str, name: str, *, called: str, by: Sequence[str], of: Scope, aggregate: str = "mean"
) -> str:
    """Ask for one value over the whole of the time chosen, for each of what it is told by."""
    wanted = f"{aggregate}({field(series, name)}) AS {_quoted(called)}"
    return f"SELECT {wanted} {_from(series, of)} GROUP BY {_tags(series, by)}"


def answered(rung: str, *, by: str = "room", of: Scope = one_site) -> str:
    """Ask which share of a rung's questions was answered in each window, in percent.

    A question that could not be asked is no evidence, and a window in which none was asked is a gap. An
    answer has no reason, so that the reasons count the failures. The questions are counted with zeroes
    first: a place in which nothing ever failed has no reasons to count.
    """
    place = tag(rung, by)
    failed, asked = field(rung, "reason"), field(rung, "outcome")
    counted = (
        f'SELECT count({failed}) AS "failed", count({asked}) AS "asked" {_from(rung, of)} '
        f"AND {asked} != '{Outcome.NOT_MEASURED}' GROUP BY {WINDOW}, {place} fill(0)"
    )
    shares = (
        f'SELECT 100 - 100 * "failed" / "asked" AS "answered" FROM ({counted}) '  # noqa: S608 - names are ours
        f'WHERE "asked" > 0 AND $timeFilter GROUP BY {place}'
    )
    return (
        f'SELECT min("answered") AS "answered" FROM ({shares}) '  # noqa: S608 - names are ours
        f"WHERE $timeFilter GROUP BY {WINDOW}, {place} fill(null)"
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


def latest(series: str, first: str, *others: str, by: Sequence[str] = (), of: Scope = one_site) -> str:
    """Ask for the last point that has ``first``, at its own time, with other fields of that point."""
    wanted = ", ".join(
        [f"last({field(series, first)}) AS {_quoted(first)}", *(field(series, name) for name in others)]
    )
    return f"SELECT {wanted} {_from(series, of)}" + (f" GROUP BY {_tags(series, by)}" if by else "")


def reports(of: Scope = one_site) -> str:
    """Ask how many reports arrived."""
    return f'SELECT count({field("report", "sequence")}) AS "reports" {_from("report", of)}'


def heard(places: str, *, by: str, of: Scope = one_site) -> str:
    """Ask from how many places of a kind any report arrived, under the name of the kind."""
    each = f"{reports(of)} GROUP BY {tag('report', by)}"
    return f'SELECT count("reports") AS {_quoted(places)} FROM ({each}) WHERE $timeFilter'  # noqa: S608 - names are ours


def authorities() -> str:
    """Ask for the authorities in whose areas anything was measured."""
    return f'SHOW TAG VALUES FROM "report" WITH KEY = {tag("report", "authority")}'


def sites() -> str:
    """Ask for the sites on record."""
    return f'SHOW TAG VALUES FROM "report" WITH KEY = {tag("report", "site")}'


def rooms() -> str:
    """Ask for the rooms of the site chosen."""
    return f'SHOW TAG VALUES FROM "report" WITH KEY = {tag("report", "room")} WHERE {_site("report")}'


def _from(series: str, of: Scope = one_site) -> str:
    return f"FROM {_quoted(SERIES[series].name)} WHERE {of(series)} AND $timeFilter"


def _site(series: str) -> str:
    return f"{tag(series, 'site')} = '$site'"


def _tags(series: str, names: Sequence[str]) -> str:
    return ", ".join(tag(series, name) for name in names)


def _quoted(name: str) -> str:
    return f'"{name}"'
