"""Which way do the bytes of a test go, and what when the other end does not play its part?"""

from enum import StrEnum

from roomreach.errors import RoomreachError
from roomreach.measurement import Reason


class Failed(RoomreachError):
    """The other end said no, or nothing: a fact about the building, and so a measurement with a reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"the other end of the test did not do its part: {reason}")
        self.reason = reason


class Direction(StrEnum):
    """Which way the bytes go, as residents say it."""

    DOWNLOAD = "download"
    UPLOAD = "upload"
