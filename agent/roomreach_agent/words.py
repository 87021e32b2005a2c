"""How do we tell a person what was measured?"""

from collections.abc import Mapping

from roomreach.measurement import (
    Gateway,
    Health,
    Latency,
    Link,
    Measurement,
    Names,
    NotMeasured,
    Reason,
    Throughput,
)
from roomreach.report import question

QUESTIONS: Mapping[tuple[str, str | None], str] = {
    ("link", None): "Wi-Fi",
    ("gateway", None): "Router",
    ("latency", "hub"): "Way to the hub",
    ("latency", "anchor_1"): "Way to anchor 1",
    ("latency", "anchor_2"): "Way to anchor 2",
    ("latency", "anchor_3"): "Way to anchor 3",
    ("names", "site"): "The building's resolver",
    ("names", "other"): "The other resolver",
    ("throughput", "server"): "The line",
    ("throughput", "reference"): "The Wi-Fi alone",
    ("health", None): "This agent",
}
"""What each question is called, by its kind and target."""

REASONS: Mapping[Reason, str] = {
    Reason.NO_ANSWER: "nothing answered",
    Reason.REFUSED: "it refused",
    Reason.NO_ROUTE: "there is no way out of this machine",
    Reason.NOT_ASSOCIATED: "the radio is joined to no network",
    Reason.NO_RESOLVER: "no resolver is known",
    Reason.SERVER_FAILURE: "the resolver said that it failed",
    Reason.INTERCEPTED: "somebody else answered, as a sign-in page does",
    Reason.NO_RADIO: "there is no radio",
    Reason.NO_PROGRAM: "a program is missing",
    Reason.NOT_CONFIGURED: "nothing is set",
    Reason.NOT_PERMITTED: "this user may not ask",
    Reason.TIMED_OUT: "asking took too long",
    Reason.UNREADABLE: "the answer made no sense",
    Reason.IMPLAUSIBLE: "the answer cannot be true",
    Reason.PROBE_CRASHED: "the probe has a fault",
    Reason.BUDGET_SPENT: "the day's allowance of data is used up",
    Reason.LINE_BUSY: "the line is busy",
    Reason.SERVER_BUSY: "the speed server has no place free",
    Reason.NOT_ALLOWED_HERE: "this site allows no engine that publishes its results",
    Reason.FORBIDDEN: "the test service turned us away",
    Reason.DOWNLOAD_REFUSED: "the test service refused every download",
    Reason.UPLOAD_REFUSED: "the test service refused every upload",
    Reason.NO_LATENCY: "the test service could not be timed",
}
"""What each reason is called: completes "failed:" and "not measured:"."""


def name(measurement: Measurement) -> str:
    """Say which question a measurement answers."""
    kind, target = question(measurement)
    return QUESTIONS.get((kind, target)) or (f"{kind} of {target}" if target else kind)


def sentence(measurement: Measurement) -> str:
    """Say what a measurement found, with units; or what it could not, and why."""
    return f"{name(measurement)}: {_found(measurement)}."


def _found(measurement: Measurement) -> str:
    match measurement:
        case NotMeasured(reason=reason, detail=detail):
            return f"not measured: {REASONS[reason]}" + (f" ({detail})" if detail else "")
        case Gateway() | Latency():
            return _round_trips(measurement)
        case Names(reason=reason, answer_ms=ms, rcode=rcode):
            answered = "" if ms is None else f"answered in {ms:g} ms with code {rcode}"
            return _joined(reason and f"failed: {REASONS[reason]}", answered)
        case Throughput(reason=None):
            ways = (_speed(measurement, "download"), _speed(measurement, "upload"))
            return _joined(*ways, _facts(measurement, _THROUGHPUT))
        case Measurement(reason=Reason() as reason):
            return f"failed: {REASONS[reason]}"
        case _:
            return _facts(measurement, _FACTS.get(type(measurement), {}))


def _round_trips(trips: Gateway | Latency) -> str:
    if trips.reason is not None:
        asked = f"asked {trips.sent} times by {trips.method.upper()}" if trips.sent and trips.method else ""
        return _joined(f"failed: {REASONS[trips.reason]}", asked)
    method = f" by {trips.method.upper()}" if trips.method else ""
    return (
        f"answered {trips.received} of {trips.sent}{method}, "
        f"median {trips.median_ms:g} ms, lowest {trips.min_ms:g} ms, 95th percentile {trips.p95_ms:g} ms"
    )


def _speed(found: Throughput, way: str) -> str:
    """Tell one direction; one that did not settle is told by its bounds."""
    mbps, low, high = (getattr(found, f"{way}{name}") for name in ("_mbps", "_low_mbps", "_high_mbps"))
    if low is not None and high is not None:
        return f"{way} between {low:.1f} and {high:.1f} Mbit/s"
    if low is not None or high is not None:
        return f"{way} at {'most' if low is None else 'least'} {high if low is None else low:.1f} Mbit/s"
    return "" if mbps is None else f"{way} {mbps:.1f} Mbit/s"


_LINK = {
    "signal_dbm": "signal {} dBm",
    "signal_average_dbm": "average {} dBm",
    "frequency_mhz": "on {:g} MHz",
    "rx_rate_mbps": "receiving at {:g} Mbit/s",
    "tx_rate_mbps": "sending at {:g} Mbit/s",
    "tx_retries": "{} frames sent again",
    "connected_s": "joined for {} s",
}

_HEALTH = {
    "cpu_percent": "processor {:g} % busy",
    "temperature_c": "{:g} °C",
    "disk_free_mb": "{:g} MB of disk free",
    "own_cpu_percent": "the agent itself takes {:g} % of a processor",
    "own_memory_mb": "and {:g} MB of memory",
    "uptime_s": "up for {} s",
}


_THROUGHPUT = {
    "idle_ms": "{:g} ms while quiet",
    "download_loaded_ms": "{:g} ms while downloading",
    "upload_loaded_ms": "{:g} ms while uploading",
    "limited_by": "held back by this machine's {}",
    "spent_bytes": "{:,} bytes spent",
    "lasted_s": "in {:g} s",
}

_FACTS: Mapping[type[Measurement], Mapping[str, str]] = {Link: _LINK, Health: _HEALTH}


def _facts(measurement: Measurement, words: Mapping[str, str]) -> str:
    """Tell the fields that are known, in this order."""
    told = [
        said.format(value)
        for field, said in words.items()
        if (value := getattr(measurement, field)) is not None
    ]
    if isinstance(measurement, Health) and measurement.clock_synchronised is not None:
        told.append("clock synchronised" if measurement.clock_synchronised else "clock not synchronised")
    return ", ".join(told) or "measured, and the machine told nothing"


def _joined(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)
