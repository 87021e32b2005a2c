"""How do we tell a person what was measured?"""

from collections.abc import Mapping

from roomreach.measurement import Gateway, Health, Latency, Link, Measurement, Names, NotMeasured, Reason
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
    Reason.NO_RADIO: "there is no radio",
    Reason.NO_PROGRAM: "a program is missing",
    Reason.NOT_CONFIGURED: "nothing is set",
    Reason.NOT_PERMITTED: "this user may not ask",
    Reason.TIMED_OUT: "asking took too long",
    Reason.UNREADABLE: "the answer made no sense",
    Reason.IMPLAUSIBLE: "the answer cannot be true",
    Reason.PROBE_CRASHED: "the probe has a fault",
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
