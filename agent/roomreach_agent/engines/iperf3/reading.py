"""What did iperf3 find in one direction? Read from its JSON: numbers, and nothing else.

Its JSON also names both machines' addresses: none of it is looked at.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from roomreach.measurement import Reason
from roomreach.measurement.throughput import StoppedBy
from roomreach_agent.engines.direction import Direction, Failed
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.shell import Finished

FASTEST_MBPS = 10_000
"""Faster than any port or radio of a Raspberry Pi."""

SETTLED_SPREAD, SETTLED_DRIFT = 0.35, 0.10
"""How far the rates of a settled half may lie apart, and its own two halves, as shares of its mean."""

FEWEST_INTERVALS = 4
"""In a half from which anything can be said."""

# The last interval is what was left of the test: too short, and it says nothing.
_SHORTEST_INTERVAL_S = 0.1

_INTERRUPTED = "interrupt - the client has terminated"
_BUSY = "the server is busy"
_UNREACHED = "unable to connect to server"
_WHY_UNREACHED = {
    "Connection refused": Reason.REFUSED,
    "No route to host": Reason.NO_ROUTE,
    "Network is unreachable": Reason.NO_ROUTE,
}
_WENT_AWAY = (
    "control socket has closed",
    "the server has terminated",
    "unable to receive",
    "unable to send",
    "unable to read",
    "unable to write",
    "idle timeout",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one direction carried. ``arrived`` is None where the receiving end could not say it any more."""

    mbps: float
    arrived: int | None
    stopped_by: StoppedBy
    settled: bool


def found(finished: Finished, direction: Direction) -> Found:
    """Read one direction's result, whatever the exit code.

    Raises ``Failed`` when the reference agent said no or nothing, or went away, and ``ProbeFailed`` when it
    is busy with another test, or when what was said is no result.
    """
    try:
        said = json.loads(finished.stdout)
        error = str(said.get("error", ""))
        if error and not error.startswith(_INTERRUPTED):
            raise _refusal(error)
        rates = [
            float(interval["sum"]["bits_per_second"]) / 1e6
            for interval in said["intervals"]
            if interval["sum"]["seconds"] >= _SHORTEST_INTERVAL_S
        ]
        received = said["end"]["sum_received"]
        arrived, mean = int(received["bytes"]), float(received["bits_per_second"]) / 1e6
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise ProbeFailed(Reason.UNREADABLE, "iperf3 ended without a result") from exc
    if error and not any(rates[-FEWEST_INTERVALS:]):
        # It hung on in silence until time was up.
        raise Failed(Reason.NO_ANSWER)
    settled = _settled(rates)
    # A sender cut short never hears what had arrived: what the kernel took lately is near to it.
    unheard = bool(error) and direction is Direction.UPLOAD
    mbps = fmean(_later_half(rates)) if settled or unheard else mean
    if not 0 < mbps <= FASTEST_MBPS:
        raise ProbeFailed(Reason.IMPLAUSIBLE, "iperf3 claims a rate that no radio and no port has")
    return Found(
        mbps=round(mbps, 3),
        arrived=None if unheard else arrived,
        stopped_by="time" if error else "bytes",
        settled=settled,
    )


def _refusal(error: str) -> Exception:
    if error.startswith(_BUSY):
        return ProbeFailed(Reason.SERVER_BUSY, "the reference agent is busy with another test")
    if error.startswith(_UNREACHED):
        why = error.rpartition(": ")[2]
        return Failed(_WHY_UNREACHED.get(why, Reason.NO_ANSWER))
    if error.startswith(_WENT_AWAY):
        return Failed(Reason.NO_ANSWER)
    # What it says may hold an address.
    return ProbeFailed(Reason.UNREADABLE, "iperf3 ended with an error that we do not know")


def _later_half(rates: Sequence[float]) -> Sequence[float]:
    """Leave out the half in which TCP finds its pace."""
    return rates[len(rates) // 2 :]


def _settled(rates: Sequence[float]) -> bool:
    later = _later_half(rates)
    mean = fmean(later) if later else 0.0
    if len(later) < FEWEST_INTERVALS or not mean:
        return False
    drift = abs(fmean(_later_half(later)) - fmean(later[: len(later) // 2]))
    return max(later) - min(later) <= SETTLED_SPREAD * mean and drift <= SETTLED_DRIFT * mean
