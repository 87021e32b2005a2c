"""Which troubles can a room have?"""

from enum import StrEnum


class Trouble(StrEnum):
    """What can be wrong, in the order it is shown."""

    OFFLINE = "offline"
    WEAK = "weak"
    SILENT = "silent"
    BLIND = "blind"
