"""What the hub needs to know of a broker to run it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LARGEST_PAYLOAD_BYTES = 1024 * 1024
"""Far above the largest report, so that one too large reaches the collector and gets its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A broker program.

    ``protocols`` are the MQTT protocol levels it speaks on one port: 4 is MQTT 3.1.1, 5 is MQTT 5.
    ``file`` names its configuration file. ``command`` gives the command line for such a file, or None where
    the program is not installed.
    ``configuration`` writes that file for a port of the loopback address.
    """

    title: str
    file: str
    protocols: frozenset[int]
    command: Callable[[Path], list[str] | None]
    configuration: Callable[[int], str]
