"""How does a test run a scene of coroutines, whatever else runs in this process?"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_T = TypeVar("_T")


def played(scene: Coroutine[Any, Any, _T]) -> _T:
    """Run a scene in a thread of its own: tests with a browser leave a loop running in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, scene).result()
