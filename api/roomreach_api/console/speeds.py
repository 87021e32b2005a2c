"""How fast was a throughput test, and what is typical of many?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import cast

from roomreach.identifiers import AgentId, RoomId
from roomreach.series import Value
from roomreach_api.console.statistics import bands
from roomreach_api.console.statistics.bands import Band
from roomreach_api.console.statistics.hours import busy
from roomreach_api.console.statistics.summaries import Summary, summary
from roomreach_store.series import Track

COLUMNS = (
    "download_mbps",
    "download_low_mbps",
    "download_high_mbps",
    "upload_mbps",
    "upload_low_mbps",
    "upload_high_mbps",
    "idle_ms",
    "download_loaded_ms",
    "upload_loaded_ms",
)


Direction = tuple[str, Summary | None, Summary | None, Callable[[float], Band]]
"""Its name, its rate at all hours and at the busy ones, and how a rate is named."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in Mbit/s; the bounds are there only where the test did not settle."""

    mbps: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One test: who made it, where, towards whom, when, and what came of it."""

    agent: AgentId
    room: RoomId
    target: str | None
    at_ms: int
    download: Rate
    upload: Rate
    idle_ms: float | None
    download_loaded_ms: float | None
    upload_loaded_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typical:
    """Many tests: each direction at all hours and at the busy ones, and how quickly the way answered.

    A test that did not settle counts with its estimate, and in ``unsettled``.
    """

    tests: int
    unsettled: int
    download: Summary | None
    upload: Summary | None
    busy_download: Summary | None
    busy_upload: Summary | None
    idle: Summary | None
    download_loaded: Summary | None
    upload_loaded: Summary | None


def speed(track: Track, at_ms: int, values: Sequence[Value | None]) -> Speed:
    """Read one test from the values of ``COLUMNS``."""
    down, down_low, down_high, up, up_low, up_high, idle, down_loaded, up_loaded = cast(
        "Sequence[float | None]", values
    )
    return Speed(
        agent=track.agent,
        room=track.room,
        target=track.target,
        at_ms=at_ms,
        download=Rate(down, down_low, down_high),
        upload=Rate(up, up_low, up_high),
        idle_ms=idle,
        download_loaded_ms=down_loaded,
        upload_loaded_ms=up_loaded,
    )


def unsettled(one: Speed) -> bool:
    """Whether a direction has bounds instead of a figure that had settled."""
    rates = (one.download, one.upload)
    return any(rate.low is not None or rate.high is not None for rate in rates)


def typical(speeds: Iterable[Speed]) -> Typical | None:
    """Say what is typical; None without any test."""
    every = list(speeds)
    if not every:
        return None
    at_busy = [one for one in every if busy(one.at_ms)]
    return Typical(
        tests=len(every),
        unsettled=sum(map(unsettled, every)),
        download=summary(map(attrgetter("download.mbps"), every)),
        upload=summary(map(attrgetter("upload.mbps"), every)),
        busy_download=summary(map(attrgetter("download.mbps"), at_busy)),
        busy_upload=summary(map(attrgetter("upload.mbps"), at_busy)),
        idle=summary(map(attrgetter("idle_ms"), every)),
        download_loaded=summary(map(attrgetter("download_loaded_ms"), every)),
        upload_loaded=summary(map(attrgetter("upload_loaded_ms"), every)),
    )


def directions(found: Typical | None) -> list[Direction]:
    """Give both directions of what is typical, without any figure where nothing was measured."""
    if found is None:
        return [("Download", None, None, bands.download), ("Upload", None, None, bands.upload)]
    return [
        ("Download", found.download, found.busy_download, bands.download),
        ("Upload", found.upload, found.busy_upload, bands.upload),
    ]
