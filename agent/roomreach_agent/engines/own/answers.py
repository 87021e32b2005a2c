"""Is what came back our server's answer, and what does it say?

Somebody else's answer is a fact about the building: a sign-in page, most often. Where a certificate was
verified nobody else can have answered: without our mark it is what stands before a server that is down.
"""

import io
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, parse_headers

from roomreach.measurement import Reason
from roomreach_agent.engines.direction import Failed
from roomreach_agent.engines.own.protocol import MARK, VERSION
from roomreach_agent.failures import ProbeFailed

_LONGEST_HEAD = 16_384
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before an answer's body: that it went well, and how many bytes follow."""

    status: int
    length: int


def take_head(received: bytearray, *, verified: bool) -> Head | None:
    """Take an answer's head off what was received, and leave its body; None while it is not whole.

    ``verified``: a certificate said who speaks.
    Raises ``Failed`` when somebody else answered, or our server failed; ``ProbeFailed`` when it said no.
    """
    not_ours = Reason.SERVER_FAILURE if verified else Reason.INTERCEPTED
    if not b"HTTP/1.1 ".startswith(received[:9]):
        raise Failed(not_ours)
    end = received.find(_END)
    if end < 0:
        if len(received) > _LONGEST_HEAD:
            raise Failed(not_ours)
        return None
    first, _, rest = bytes(received[: end + len(_END)]).partition(b"\r\n")
    del received[: end + len(_END)]
    try:
        status = int(first.split()[1])
        headers = parse_headers(io.BytesIO(rest))
        length = int(headers.get("content-length", "0"))
    except (ValueError, IndexError, HTTPException) as exc:
        raise Failed(not_ours) from exc
    if headers.get(MARK) != VERSION or length < 0:
        raise Failed(not_ours)
    _believe(status)
    return Head(status, length)


def _believe(status: int) -> None:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise ProbeFailed(Reason.NOT_PERMITTED, "the speed server does not know this agent's token")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        raise ProbeFailed(Reason.SERVER_BUSY, "the speed server runs as many tests as it may")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise ProbeFailed(Reason.SERVER_BUSY, "the speed server gives this agent no more bytes today")
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise Failed(Reason.SERVER_FAILURE)
