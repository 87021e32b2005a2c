"""Lines nobody chose, so that nothing can be made to fit them."""

import random

from testbed_pipe import Shape


def drawn(least_mbps: float, most_mbps: float, *, delay_ms: float | None = None) -> Shape:
    """Draw a rate, and a delay one way up to 20 ms where none is given."""
    chance = random.SystemRandom()
    return Shape(
        mbps=round(chance.uniform(least_mbps, most_mbps), 1),
        delay_ms=round(chance.uniform(0, 20) if delay_ms is None else delay_ms, 1),
    )
