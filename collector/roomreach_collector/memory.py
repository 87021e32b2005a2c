"""An inbox without a broker: the same buffer, filled by hand; what is published is kept to be looked at."""

from roomreach.desired import Desired
from roomreach.identifiers import AgentId
from roomreach.receipt import Receipt
from roomreach_collector.buffer import Buffer
from roomreach_collector.post import Message


class MemoryInbox:
    """The inbox's twin. ``connected`` may be set, to see what happens without a broker."""

    def __init__(self, buffer: Buffer | None = None) -> None:
        self._buffer = buffer or Buffer()
        self.connected = False
        self.lost_s = 0.0
        self.receipts: list[tuple[AgentId, Receipt]] = []
        self.desired: list[tuple[AgentId, Desired]] = []

    def deliver(self, message: Message) -> None:
        """Do as if the broker had brought this message."""
        self._buffer.put(message)

    def start(self) -> None:
        """Be connected."""
        self.connected = True

    def stop(self) -> None:
        """Be connected no longer."""
        self.connected = False

    def take(self, most: int, *, age_s: float, wait_s: float) -> list[Message]:
        """Take a batch, as ``Post.take`` says."""
        return self._buffer.take(most, age_s=age_s, wait_s=wait_s)

    def publish_receipt(self, agent: AgentId, receipt: Receipt) -> bool:
        """Keep the receipt, unless nothing is connected."""
        if self.connected:
            self.receipts.append((agent, receipt))
        return self.connected

    def publish_desired(self, agent: AgentId, desired: Desired) -> bool:
        """Keep what is wanted, unless nothing is connected."""
        if self.connected:
            self.desired.append((agent, desired))
        return self.connected

    @property
    def oldest_ms(self) -> int | None:
        """When the message that has waited longest came in."""
        return self._buffer.oldest_ms

    @property
    def dropped(self) -> int:
        """How many messages did not fit."""
        return self._buffer.dropped
