"""Who may move the next bytes, when all together may only move so many a second? Everybody as many."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from time import monotonic

from roomreach_hub.speed_server.pieces import PIECE_BYTES

_TURN_S = 0.005
_SAVED_S = 0.02
_LATE_S = 0.25
_GONE_AFTER_S = 0.1


@dataclass(slots=True)
class _Bucket:
    """What one party may move: at once while it is above zero, and it may overdraw by one piece."""

    tokens: float = 0.0
    wanted_s: float = 0.0
    waiting: deque[tuple[int, asyncio.Future[None]]] = field(default_factory=deque)

    def serve(self) -> None:
        while self.waiting and self.tokens > 0:
            count, served = self.waiting.popleft()
            if not served.done():
                self.tokens -= count
                served.set_result(None)


class FairShare:
    """A rate that all who want some of it share equally; what one does not want, the others share.

    Every party has a bucket of tokens, and all are filled alike. ``bytes_per_s`` None: no limit.
    """

    def __init__(self, bytes_per_s: float | None, clock: Callable[[], float] = monotonic) -> None:
        self._rate = bytes_per_s
        self._clock = clock
        self._buckets: dict[Hashable, _Bucket] = {}
        self._filling: asyncio.Task[None] | None = None

    async def take(self, who: Hashable, count: int) -> None:
        """Wait until ``who`` may move ``count`` bytes."""
        if self._rate is None:
            return
        bucket = self._buckets.setdefault(who, _Bucket())
        bucket.wanted_s = self._clock()
        if self._filling is None:
            self._filling = asyncio.create_task(self._fill(self._rate))
        if not bucket.waiting and bucket.tokens > 0:
            bucket.tokens -= count
            return
        served = asyncio.get_running_loop().create_future()
        bucket.waiting.append((count, served))
        await served

    async def _fill(self, rate: float) -> None:
        before = self._clock()
        while self._buckets:
            await asyncio.sleep(_TURN_S)
            now = self._clock()
            self._pour(min(now - before, _LATE_S) * rate, rate)
            before = now
            self._buckets = {
                who: bucket
                for who, bucket in self._buckets.items()
                # A debt is paid back before it is forgotten.
                if bucket.waiting or bucket.tokens < 0 or now - bucket.wanted_s < _GONE_AFTER_S
            }
        self._filling = None

    def _pour(self, tokens: float, rate: float) -> None:
        """Fill all buckets alike; what does not fit into one that is full goes to the others."""
        full = max(PIECE_BYTES, _SAVED_S * rate / len(self._buckets))
        thirsty = list(self._buckets.values())
        while tokens > 1 and thirsty:
            each = tokens / len(thirsty)
            for bucket in thirsty:
                poured = min(each, full - bucket.tokens)
                bucket.tokens += poured
                tokens -= poured
            thirsty = [bucket for bucket in thirsty if bucket.tokens < full - 1]
        for bucket in self._buckets.values():
            bucket.serve()
