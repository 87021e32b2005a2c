"""Which store does an address name? Read ``STORES`` and know every one there is."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from roomreach.errors import Misconfigured
from roomreach_store.series import SeriesStore


def open_series(url: str, *, token: str | None = None) -> SeriesStore:
    """Open the store that an address names; raises ``Misconfigured`` when it names none.

    ``memory:`` · ``duckdb:////absolute/path`` · ``influxdb+http://host:8086/database?org=…`` (or ``+https``;
    the last part is a bucket in InfluxDB 2). ``token`` is InfluxDB's, and never part of the address.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # read, and so checked, only when asked for
    except ValueError as exc:
        raise Misconfigured(f"The address of the series cannot be read: {exc}.") from exc
    opener = STORES.get(parts.scheme)
    if opener is None:
        raise Misconfigured(
            f"{parts.scheme or 'Nothing'!r} is no kind of series store: use one of {', '.join(STORES)}."
        )
    return opener(parts, token)


# Each opener loads its own database alone: a collector that writes to InfluxDB has no use for DuckDB.


def _memory(_parts: SplitResult, _token: str | None) -> SeriesStore:
    from roomreach_store.series.memory import MemorySeries  # noqa: PLC0415 - see above

    return MemorySeries()


def _duckdb(parts: SplitResult, _token: str | None) -> SeriesStore:
    from roomreach_store.series.duckdb import DuckSeries  # noqa: PLC0415 - see above

    path = unquote(parts.path[1:])
    if parts.netloc or not path:
        raise Misconfigured(
            "A DuckDB store is a file: name it with four slashes, as in duckdb:////var/lib/series.duckdb."
        )
    return DuckSeries(Path(path))


def _influxdb(parts: SplitResult, token: str | None) -> SeriesStore:
    from roomreach_store.series.influx import InfluxSeries  # noqa: PLC0415 - see above

    database = unquote(parts.path.strip("/"))
    if not parts.hostname or not database or "@" in parts.netloc:
        raise Misconfigured(
            "An InfluxDB store is a server and a database, its token apart: "
            "as in influxdb+http://127.0.0.1:8086/roomreach?org=borough."
        )
    server = f"{parts.scheme.removeprefix('influxdb+')}://{parts.netloc}"
    org = parse_qs(parts.query).get("org", [None])[0]
    return InfluxSeries(server, database, token=token, org=org)


STORES: Mapping[str, Callable[[SplitResult, str | None], SeriesStore]] = {
    "memory": _memory,
    "duckdb": _duckdb,
    "influxdb+http": _influxdb,
    "influxdb+https": _influxdb,
}
