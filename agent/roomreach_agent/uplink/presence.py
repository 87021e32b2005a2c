"""What does an agent say of itself? A hint for whoever looks, never an alarm."""

import json
from typing import Literal

from roomreach.wire import VERSION


def presence(state: Literal["online", "offline"], at_ms: int) -> bytes:
    """Write it. A last will is written when connecting, and ``at_ms`` says when that was."""
    return json.dumps({"v": VERSION, "state": state, "at_ms": at_ms}, separators=(",", ":")).encode()
