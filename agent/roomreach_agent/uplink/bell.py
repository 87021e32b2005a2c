"""How does one thread wake another that waits for the network?"""

import os
import threading


class Bell:
    """A descriptor that becomes readable when rung. Ringing it after it was closed does nothing."""

    def __init__(self) -> None:
        self.descriptor = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._lock = threading.Lock()
        self._open = True

    def ring(self) -> None:
        """Wake whoever waits."""
        with self._lock:
            if self._open:
                os.eventfd_write(self.descriptor, 1)

    def clear(self) -> None:
        """Wait for the next ring."""
        os.eventfd_read(self.descriptor)

    def close(self) -> None:
        """Give the descriptor back; a second time does nothing."""
        with self._lock:
            if self._open:
                self._open = False
                os.close(self.descriptor)
