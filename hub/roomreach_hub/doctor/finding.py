"""What a check looks at, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from roomreach_hub.folder import Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the doctor looks at, and when."""

    folder: Folder
    now: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and the one thing to do about it: "" when all is well."""

    said: str
    action: str = ""


Check = Callable[[Situation], Finding]
