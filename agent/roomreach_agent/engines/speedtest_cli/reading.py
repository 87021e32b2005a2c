"""What did speedtest-cli claim, and what was it answered? Numbers from what it printed, and nothing else.

Its JSON also names the household's address, provider and position, and the server's: none of it is looked at.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from roomreach.measurement import Reason
from roomreach_agent.engines.direction import Failed
from roomreach_agent.engines.speedtest_cli.witness import DROPPED, MARK, NOT_INSTALLED, UNTRUSTED
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.shell import Finished

_FORBIDDEN = "403"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Rates in bit/s, bytes of payload, and the round trip in ms, as claimed."""

    download: float
    upload: float
    received: int
    sent: int
    ping_ms: float


@dataclass(frozen=True, slots=True)
class Answers:
    """How often requests of one sort were answered which status, or not at all."""

    statuses: Mapping[str, int]

    @property
    def taken(self) -> int:
        """How many were answered as they should be."""
        return sum(times for status, times in self.statuses.items() if status.startswith("2"))

    @property
    def refused(self) -> int:
        """How many were answered that they will not be served."""
        return sum(times for status, times in self.statuses.items() if status[:1] in {"3", "4", "5"})

    @property
    def dropped(self) -> int:
        """How many were not answered at all."""
        return self.statuses.get(DROPPED, 0)


def claims_of(finished: Finished) -> Claims:
    """Read a result. Its exit code says nothing: the program ends with 0 whatever failed.

    Raises ``Failed`` when no way led to the service, and ``ProbeFailed`` for whatever else is no result.
    """
    if finished.code == NOT_INSTALLED:
        raise ProbeFailed(Reason.NO_PROGRAM, "the program speedtest-cli is not installed")
    try:
        said = json.loads(finished.stdout)
        return Claims(
            download=_number(said["download"]),
            upload=_number(said["upload"]),
            received=int(_number(said["bytes_received"])),
            sent=int(_number(said["bytes_sent"])),
            ping_ms=_number(said["ping"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise _no_result(answers_of(finished, "list")) from exc


def answers_of(finished: Finished, what: str) -> Answers:
    """Read what the witness counted; raise ``ProbeFailed`` where it said nothing."""
    for line in finished.stderr.splitlines():
        if line.startswith(MARK):
            try:
                counted = json.loads(line.removeprefix(MARK)).get(what, {})
                return Answers({status: int(times) for status, times in counted.items()})
            except (ValueError, TypeError, AttributeError, RecursionError):
                break
    raise ProbeFailed(Reason.UNREADABLE, "speedtest-cli ended before it could say what it was answered")


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError(value)
    return float(value)


def _no_result(lists: Answers) -> Exception:
    if _FORBIDDEN in lists.statuses:
        return ProbeFailed(Reason.FORBIDDEN, "the service forbade speedtest-cli to use it (HTTP 403)")
    if UNTRUSTED in lists.statuses:
        return Failed(Reason.INTERCEPTED)
    if lists.dropped:
        return Failed(Reason.NO_ANSWER)
    return ProbeFailed(Reason.UNREADABLE, "speedtest-cli ended without a result")
