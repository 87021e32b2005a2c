"""Where do messages wait for the collector? In a queue bounded by number and by bytes.

What does not fit is dropped and counted. That is safe, because nothing here has a receipt yet: the agent
sends it again.
"""

import threading
import time
from collections import deque

from roomreach_collector.post import Message

MOST_MESSAGES = 10_000
MOST_BYTES = 32 * 1024 * 1024


class Buffer:
    """A bounded queue with one thread at each end."""

    def __init__(self, *, most_messages: int = MOST_MESSAGES, most_bytes: int = MOST_BYTES) -> None:
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        self._messages: deque[Message] = deque()
        self._bytes = 0
        self._first_at = 0.0
        self._wanted = 1
        self._changed = threading.Condition()
        self.dropped = 0

    def put(self, message: Message) -> None:
        """Keep a message, or drop and count it when there is no room. Never waits for room."""
        size = len(message.payload)
        with self._changed:
            waiting = len(self._messages)
            if waiting >= self._most_messages or self._bytes + size > self._most_bytes:
                self.dropped += 1
                return
            if not waiting:
                self._first_at = time.monotonic()
            self._messages.append(message)
            self._bytes += size
            # Waking the other thread for every message would cost more than the message.
            if waiting + 1 == self._wanted:
                self._changed.notify()

    @property
    def oldest_ms(self) -> int | None:
        """When the message that has waited longest came in, UTC milliseconds; None when none waits."""
        with self._changed:
            return self._messages[0].received_ms if self._messages else None

    def take(self, most: int, *, age_s: float, wait_s: float) -> list[Message]:
        """Take a batch, as ``Post.take`` says."""
        with self._changed:
            self._wait_for(1, until=time.monotonic() + wait_s)
            if not self._messages:
                return []
            self._wait_for(most, until=self._first_at + age_s)
            taken = [self._messages.popleft() for _ in range(min(most, len(self._messages)))]
            self._bytes -= sum(len(message.payload) for message in taken)
            return taken

    def _wait_for(self, wanted: int, *, until: float) -> None:
        self._wanted = wanted
        while len(self._messages) < wanted and (left := until - time.monotonic()) > 0:
            self._changed.wait(left)
