"""Which items of a batch does a database refuse? Found by halves, so that every other one is stored."""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def refused(items: Sequence[T], send: Callable[[Sequence[T]], str | None]) -> dict[int, str]:
    """Send a batch, and its halves again when it is refused, until each guilty item stands alone.

    ``send`` gives None when all it was sent is stored, or the reason why it is not. The answer maps the index
    of each refused item to its reason. k guilty items among n cost about 2 k log₂ (n / k) calls.
    """
    reason = send(items)
    if reason is None:
        return {}
    if len(items) == 1:
        return {0: reason}
    half = len(items) // 2
    faults = refused(items[:half], send)
    faults.update((half + index, why) for index, why in refused(items[half:], send).items())
    return faults
