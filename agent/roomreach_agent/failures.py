"""How a probe says that it could not ask: the reason, which becomes a measurement."""

from roomreach.errors import RoomreachError
from roomreach.measurement import Reason


class ProbeFailed(RoomreachError):
    """A question could not be asked. ``detail`` is for whoever mends the agent: no name, no address."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
