"""How does an open page stay true? One look at the records serves every listener, and none is kept waiting.

A listener hears first every part of the page that changes, then those that have. Each is drawn and encoded
once for all; whoever missed a drawing hears every part again, so that nothing can be missed in between.
"""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from anyio import to_thread

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


@dataclass(frozen=True, slots=True)
class _Told:
    """One drawing, the ``turn``-th: ``whole``, and as ``news`` for whoever heard the one before."""

    turn: int
    now: Now
    whole: str
    news: str


@dataclass(slots=True)
class _Shown:
    """What listeners of one scope see, and when it was last looked at and drawn (monotonic seconds)."""

    told: _Told | None = None
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
    def seat(self) -> Iterator[bool]:
        """Take a listener's place for as long as this lasts; False: there is none left."""
        with self._counting:
            free = self._listeners < self._free
            self._listeners += free
        try:
            yield free
        finally:
            with self._counting:
                self._listeners -= free
                if not self._listeners:
                    self._shown = {}

    def full(self) -> str:
        """Say to whoever got no place what becomes of the page."""
        return f"{self._free} pages are open already, so this one stands still: refresh it by hand."

    async def pages(self, scope: Scope) -> AsyncIterator[str]:
        """Give the page as it is, and what has changed whenever it has, as JSON."""
        heard = 0
        while True:
            told = await self._now(scope)
            if told.turn != heard:
                yield told.news if told.turn == heard + 1 else told.whole
            heard = told.turn
            if self._closing:
                return
            await asyncio.sleep(_TICK_S)

    async def _now(self, scope: Scope) -> _Told:
        shown = self._shown.setdefault(scope, _Shown())
        if self._rested(shown):
            async with self._looking:
                # Whoever waited for the lock finds the work done.
                if self._rested(shown):
                    await to_thread.run_sync(self._look, shown, scope)
        return cast("_Told", shown.told)

    @staticmethod
    def _rested(shown: _Shown) -> bool:
        return time.monotonic() - shown.looked >= max(EVERY_S, _SHARE * shown.took)

    def _look(self, shown: _Shown, scope: Scope) -> None:
        started = time.monotonic()
        mark = self._mark()
        if shown.told is None or mark != shown.mark or started - shown.drawn >= AGES_S:
            shown.told = _told(self._draw(scope), shown.told)
            shown.mark, shown.drawn = mark, started
        shown.looked = time.monotonic()
        shown.took = shown.looked - started


def _told(now: Now, before: _Told | None) -> _Told:
    if before is None:
        whole = _encoded(now, now.parts)
        return _Told(turn=1, now=now, whole=whole, news=whole)
    changed = {part: html for part, html in now.parts.items() if before.now.parts.get(part) != html}
    return _Told(turn=before.turn + 1, now=now, whole=_encoded(now, now.parts), news=_encoded(now, changed))


def _encoded(now: Now, parts: Mapping[str, str]) -> str:
    said = {"parts": parts, "title": now.title, "sentence": now.sentence}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
