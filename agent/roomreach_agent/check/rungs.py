"""How is each rung of the ladder, from this machine outwards?"""

import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from roomreach.measurement import Measurement, NotMeasured, Outcome, Reason
from roomreach.report import question
from roomreach_agent.check.finding import Finding, good, noted, wrong_here, wrong_there
from roomreach_agent.files import secret_of
from roomreach_agent.settings import Broker, Settings, ThroughputSettings
from roomreach_agent.words import REASONS, name

Asked = Mapping[tuple[str, str | None], Measurement]
"""The measurements of one round, by the question they answer."""

_BROKER_WITHIN_S = 5.0

_RADIO_ACTIONS: Mapping[Reason | None, str] = {
    Reason.NO_RADIO: "Put the right interface into [wifi] interface, or leave it empty.",
    Reason.NO_PROGRAM: "Install iw: sudo apt-get install iw",
    Reason.NOT_PERMITTED: "Let the agent's user ask the kernel about the radio.",
    Reason.TIMED_OUT: "Restart this machine: its radio hangs.",
}


def outbox(settings: Settings) -> Iterator[Finding]:
    """Try to keep a report: with a file that is gone again at once."""
    folder = settings.outbox.path.parent
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"?")
            file.flush()
            os.fsync(file.fileno())
    except OSError as exc:
        yield wrong_here(
            "outbox",
            f"nothing can be written into {folder}: {exc.strerror}",
            f"Make the folder {folder}, let this user write into it, and see that its disk is not full.",
        )
    else:
        yield good("outbox", f"reports can be kept in {folder}")


def radio(settings: Settings, asked: Asked) -> Iterator[Finding]:
    """See whether the radio is joined to a network."""
    for link in _of("link", asked):
        if link.outcome is Outcome.OK:
            yield good("radio", "joined to a network")
        elif link.reason is Reason.NO_RADIO and not settings.wifi.interface:
            yield noted("radio", "this machine has no radio: it measures the line, not the room")
        elif link.reason is Reason.NOT_ASSOCIATED:
            yield wrong_there(
                "radio",
                _why(link),
                "Join this machine to the building's Wi-Fi; if it cannot, see that the access point is on.",
            )
        else:
            action = _RADIO_ACTIONS.get(link.reason, "Tell whoever looks after roomreach what you read here.")
            yield wrong_here("radio", _why(link), action)


def router(asked: Asked) -> Iterator[Finding]:
    """See whether the router answers. One that ignores pings is no fault when hosts beyond it answer."""
    beyond = any(m.outcome is Outcome.OK for kind in ("names", "latency") for m in _of(kind, asked))
    for gateway in _of("gateway", asked):
        if gateway.outcome is Outcome.OK:
            yield good("router", "answers")
        elif gateway.outcome is Outcome.NOT_MEASURED:
            yield noted("router", _why(gateway))
        elif gateway.reason is Reason.NO_ROUTE:
            yield wrong_there(
                "router",
                "this machine was given no way out",
                "See that it is joined to the building's network, which must hand out addresses (DHCP).",
            )
        elif beyond:
            yield noted("router", "ignores us, but hosts beyond it answer: that is no fault")
        else:
            yield wrong_there(
                "router",
                "the building's router does not answer",
                "Switch the router off and on again, and look at the cables into it.",
            )


def resolvers(asked: Asked) -> Iterator[Finding]:
    """See whether names can be looked up. Residents depend on the building's own resolver only."""
    for names in _of("names", asked):
        told = f"{name(names)} {_why(names)}"
        if names.outcome is Outcome.OK:
            yield good("names", told)
        elif names.outcome is Outcome.NOT_MEASURED or question(names) != ("names", "site"):
            yield noted("names", told)
        else:
            yield wrong_there(
                "names",
                told,
                "Restart the router; if that does not help, the line is probably down: ring its provider.",
            )


def way_out(settings: Settings, asked: Asked) -> Iterator[Finding]:
    """See whether anybody outside the building answers. One that does is enough."""
    ways = list(_of("latency", asked))
    if not settings.latency:
        yield noted("way out", "no anchor is set, so nobody times it: name one in [latency]")
        return
    some = any(way.outcome is Outcome.OK for way in ways)
    for way in ways:
        told = f"{name(way)}: {_why(way)}"
        if way.outcome is Outcome.OK:
            yield good("way out", told)
        elif some:
            yield noted("way out", told)
        else:
            yield wrong_there(
                "way out",
                told,
                "See that [latency] names a host that answers; if so the line is down: ring its provider.",
            )


def broker(settings: Broker) -> Iterator[Finding]:
    """See whether the broker takes connections."""
    try:
        with socket.create_connection((settings.host, settings.port), timeout=_BROKER_WITHIN_S):
            yield good("broker", "takes connections")
    except (OSError, UnicodeError) as exc:
        how = "refuses connections" if isinstance(exc, ConnectionRefusedError) else "does not answer"
        yield wrong_there(
            "broker",
            f"{settings.host} port {settings.port} {how}",
            "See that [broker] names the right host and port, and that the broker runs and can be reached.",
        )


def speed_server(settings: ThroughputSettings) -> Iterator[Finding]:
    """See whether the speed server takes connections; nothing is tested."""
    if not settings.server:
        yield noted("speed", "no speed server is set, so nobody tests the line: name one in [throughput]")
        return
    parts = urlsplit(settings.server)
    port = parts.port or {"http": 80}.get(parts.scheme, 443)
    if settings.token_file and not secret_of(settings.token_file):
        yield wrong_here(
            "speed",
            f"no token can be read from {settings.token_file}",
            "Put this agent's token into it, and let the agent's user read it.",
        )
        return
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=_BROKER_WITHIN_S):
            yield good("speed", "the speed server takes connections")
    except (OSError, UnicodeError) as exc:
        how = "refuses connections" if isinstance(exc, ConnectionRefusedError) else "does not answer"
        yield wrong_there(
            "speed",
            f"the speed server {how}",
            "See that [throughput] names the right server, and that it runs and can be reached.",
        )


def clock(*, synchronised: bool) -> Iterator[Finding]:
    """See whether the clock is right. It need not be: reports wait until it is, or a collector agrees."""
    if synchronised:
        yield good("clock", "somebody keeps it right")
    else:
        yield noted(
            "clock", "the kernel does not vouch for it: reports wait until a collector agrees with it"
        )


def _of(kind: str, asked: Asked) -> Iterator[Measurement]:
    return (measurement for (of, _), measurement in asked.items() if of == kind)


def _why(measurement: Measurement) -> str:
    detail = measurement.detail if isinstance(measurement, NotMeasured) else ""
    return detail or (REASONS[measurement.reason] if measurement.reason else "answers")
