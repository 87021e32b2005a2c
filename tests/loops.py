"""How does a test run a scene of coroutines, whatever else runs in this process?"""

import asyncio
import selectors
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_T = TypeVar("_T")


def played(scene: Coroutine[Any, Any, _T]) -> _T:
    """Run a scene in a thread of its own: tests with a browser leave a loop running in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, scene).result()


class _Leap(selectors.DefaultSelector):
    """Whoever would wait leaps to the moment it waits for."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        self.now_s += max(0.0, timeout)
        return super().select(0)


class _LeapingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)

    def time(self) -> float:
        return self._leap.now_s


def played_at_once(scene: Coroutine[Any, Any, _T]) -> _T:
    """Run a scene whose time, that of its loop, goes by without waiting: no machine is too busy for it."""

    def leaping() -> _T:
        with asyncio.Runner(loop_factory=_LeapingLoop) as runner:
            return runner.run(scene)

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(leaping).result()
