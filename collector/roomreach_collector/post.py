"""What goes in and out of a collector: messages from agents, receipts to them."""

import time
from typing import NamedTuple, Protocol

from roomreach.desired import Desired
from roomreach.identifiers import AgentId
from roomreach.receipt import Receipt


class Message(NamedTuple):
    """One publish, as it came. ``retained`` marks an old one that the broker kept for newcomers."""

    topic: str
    payload: bytes
    received_ms: int
    retained: bool = False


class Post(Protocol):
    """Where messages wait and receipts go out. Safe to use from several threads."""

    def start(self) -> None:
        """Begin to receive; returns at once, whether or not anything can be received yet."""

    def stop(self) -> None:
        """Let go of the broker. What waits is forgotten: it has no receipt, so agents send it again."""

    def take(self, most: int, *, age_s: float, wait_s: float) -> list[Message]:
        """Wait for a batch: ``most`` messages, or fewer once the first is ``age_s`` old.

        Returns nothing when none came within ``wait_s``.
        """
        ...

    def publish_receipt(self, agent: AgentId, receipt: Receipt) -> bool:
        """Send a receipt if that can be done now, and say whether it was; a lost one costs a repeat."""
        ...

    def publish_desired(self, agent: AgentId, desired: Desired) -> bool:
        """Leave word, at the broker, of what is wanted of an agent; say whether that could be done now."""
        ...

    @property
    def connected(self) -> bool:
        """Whether messages can come in just now."""
        ...

    @property
    def lost_s(self) -> float:
        """For how long no message could come in, seconds; 0 while one can."""
        ...

    @property
    def oldest_ms(self) -> int | None:
        """When the message that has waited longest came in, UTC milliseconds; None when none waits."""
        ...

    @property
    def dropped(self) -> int:
        """How many messages came while the buffer was full; each will be sent again."""
        ...


def now_ms() -> int:
    """Read the clock: UTC milliseconds since 1970."""
    return time.time_ns() // 1_000_000
