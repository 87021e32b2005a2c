"""What did one rung of the ladder show, and who must mend what?"""

from dataclasses import dataclass
from enum import Enum, IntEnum


class State(Enum):
    """How a rung is; the value is how it is printed."""

    GOOD = "ok"
    NOTED = "note"
    WRONG = "WRONG"


class ExitCode(IntEnum):
    """What the command tells whoever started it."""

    ALL_WELL = 0
    MEND_THIS_MACHINE = 1
    MEND_THE_SETTINGS = 2
    MEND_THE_BUILDING = 3
    OUR_FAULT = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rung showed, and what to do when it is wrong."""

    rung: str
    state: State
    found: str
    action: str = ""
    code: ExitCode = ExitCode.ALL_WELL


def good(rung: str, found: str) -> Finding:
    """Say that a rung holds."""
    return Finding(rung, State.GOOD, found)


def noted(rung: str, found: str) -> Finding:
    """Say something about a rung that nobody need mend."""
    return Finding(rung, State.NOTED, found)


def wrong_here(rung: str, found: str, action: str) -> Finding:
    """Say that a rung is broken, and that this machine must be mended."""
    return Finding(rung, State.WRONG, found, action, ExitCode.MEND_THIS_MACHINE)


def wrong_there(rung: str, found: str, action: str) -> Finding:
    """Say that a rung is broken, and that the building, its line or the broker must be mended."""
    return Finding(rung, State.WRONG, found, action, ExitCode.MEND_THE_BUILDING)
