"""How does an open page stay true? One look at the records serves every listener, and none is kept waiting.

What a listener hears is the whole part of the page that changes, so that nothing can be missed in between.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from anyio import to_thread

from roomreach.errors import Unavailable
from roomreach_api.access import Scope
from roomreach_api.console.pages import Now

AT_MOST = 100
"""Listeners of one process: each costs a connection and a copy of the page as it changes."""
EVERY_S = 1.0
"""How often the records are asked whether anything has changed."""
AGES_S = 5.0
"""How often a page is drawn anew although nothing was heard: ages grow, and silence begins."""
_SHARE = 4
"""Drawing takes at most one part in so many plus one of the time, however large the estate."""
_TICK_S = 0.1
_NEVER = -3600.0


@dataclass(slots=True)
class _Shown:
    """What listeners of one scope see, and when it was last looked at and drawn (monotonic seconds)."""

    now: Now | None = None
    mark: Hashable = None
    looked: float = _NEVER
    drawn: float = _NEVER
    took: float = 0.0


class Live:
    """Streams for open pages.

    ``mark`` is a cheap look that differs once there is news, ``draw`` makes the page.
    Both are called in a thread of their own, never two at once.
    """

    def __init__(
        self, mark: Callable[[], Hashable], draw: Callable[[Scope], Now], *, at_most: int = AT_MOST
    ) -> None:
        self._mark = mark
        self._draw = draw
        self._free = at_most
        self._counting = threading.Lock()
        self._looking = asyncio.Lock()
        self._shown: dict[Scope, _Shown] = {}
        self._listeners = 0
        self._closing = False

    @property
    def listeners(self) -> int:
        """How many pages are open now."""
        return self._listeners

    def close(self) -> None:
        """End every stream, and each new one after its first words; may be called from any thread."""
        self._closing = True

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Take a listener's place; raises ``Unavailable`` when there is none left."""
        with self._counting:
            if self._listeners >= self._free:
                raise Unavailable(
                    f"{self._free} pages are open already, so this one stands still: refresh it by hand."
                )
            self._listeners += 1
        try:
            yield
        finally:
            with self._counting:
                self._listeners -= 1
                if not self._listeners:
                    self._shown = {}

    async def pages(self, scope: Scope) -> AsyncIterator[Now]:
        """Give the page as it is, and again whenever it has changed."""
        last: Now | None = None
        while True:
            now = await self._now(scope)
            if now is not last:
                yield now
            last = now
            if self._closing:
                return
            await asyncio.sleep(_TICK_S)

    async def _now(self, scope: Scope) -> Now:
        shown = self._shown.setdefault(scope, _Shown())
        if self._rested(shown):
            async with self._looking:
                # Whoever waited for the lock finds the work done.
                if self._rested(shown):
                    await to_thread.run_sync(self._look, shown, scope)
        return cast("Now", shown.now)

    @staticmethod
    def _rested(shown: _Shown) -> bool:
        return time.monotonic() - shown.looked >= max(EVERY_S, _SHARE * shown.took)

    def _look(self, shown: _Shown, scope: Scope) -> None:
        started = time.monotonic()
        mark = self._mark()
        if shown.now is None or mark != shown.mark or started - shown.drawn >= AGES_S:
            shown.now, shown.mark, shown.drawn = self._draw(scope), mark, started
        shown.looked = time.monotonic()
        shown.took = shown.looked - started
