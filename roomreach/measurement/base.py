"""What every measurement has: a kind, an outcome, and the reason when it did not go well."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from roomreach.shape import Text


class Outcome(StrEnum):
    """What came of asking."""

    OK = "ok"
    FAILED = "failed"
    """We asked, and the answer was no, or none came: a fact about the building."""
    NOT_MEASURED = "not_measured"
    """We could not ask: a fact about the agent, and no evidence either way."""


class Reason(StrEnum):
    """Why an attempt failed, or could not be made. A closed list: the series and the page know each."""

    # It failed.
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    NO_ROUTE = "no_route"
    NOT_ASSOCIATED = "not_associated"
    NO_RESOLVER = "no_resolver"
    SERVER_FAILURE = "server_failure"
    INTERCEPTED = "intercepted"
    """Somebody else answered in the server's place, as a sign-in page does."""
    # It could not be measured.
    NO_RADIO = "no_radio"
    NO_PROGRAM = "no_program"
    NOT_CONFIGURED = "not_configured"
    NOT_PERMITTED = "not_permitted"
    TIMED_OUT = "timed_out"
    UNREADABLE = "unreadable"
    IMPLAUSIBLE = "implausible"
    PROBE_CRASHED = "probe_crashed"
    # A throughput test could not be made, or its program gave no result that can be believed.
    BUDGET_SPENT = "budget_spent"
    LINE_BUSY = "line_busy"
    SERVER_BUSY = "server_busy"
    NOT_ALLOWED_HERE = "not_allowed_here"
    FORBIDDEN = "forbidden"
    DOWNLOAD_REFUSED = "download_refused"
    UPLOAD_REFUSED = "upload_refused"
    NO_LATENCY = "no_latency"


_HARDWARE_ADDRESS = r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}"
_INTERNET_ADDRESS = r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){3,}"

Detail = Annotated[
    str, Text(longest=200, pattern=rf"(?!.*(?:{_HARDWARE_ADDRESS}|{_INTERNET_ADDRESS}))[^\n]*")
]
"""A line for whoever mends the agent. Nothing shaped like an address of a machine may stand in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One answer to one question. ``reason`` is None when it went well.

    A kind asked of several targets has a field ``target``, whose type is a closed list of at most four.
    """

    kind: ClassVar[str] = ""

    reason: Reason | None = None

    @property
    def outcome(self) -> Outcome:
        """Tell a failed attempt from one that went well."""
        return Outcome.OK if self.reason is None else Outcome.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeasured(Measurement):
    """A question that could not be asked: of which kind, of which target, and why not."""

    kind: ClassVar[str] = "not_measured"

    of: Annotated[str, Text(longest=32, pattern="[a-z][a-z0-9_]*")]
    target: Annotated[str, Text(longest=32, pattern="[a-z][a-z0-9_]*")] | None = None
    reason: Reason
    detail: Detail = ""

    @property
    def outcome(self) -> Outcome:
        """Not knowing is an outcome of its own."""
        return Outcome.NOT_MEASURED
