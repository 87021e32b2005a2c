"""Which places and installations are on record just now? Read anew only when they have changed."""

import time
from collections.abc import Callable

from roomreach.places import Register
from roomreach_store.records import Records, places


class CurrentRegister:
    """The register, kept in memory. ``version`` changes when the register does."""

    def __init__(
        self, records: Records, *, every_s: float = 1.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._records = records
        self._every_s = every_s
        self._monotonic = monotonic
        self._register = Register()
        self._asked_at: float | None = None
        self.version: int | None = None

    def current(self) -> Register:
        """Give the register as it was at most ``every_s`` ago; raise ``Unavailable`` if it cannot be read."""
        now = self._monotonic()
        if self._asked_at is None or now - self._asked_at >= self._every_s:
            with self._records.reading() as c:
                version = places.version(c)
                if version != self.version:
                    self._register, self.version = places.register(c), version
            self._asked_at = now
        return self._register
