"""How long to wait before trying again, so that nobody tries in step with everybody else?"""

from collections.abc import Callable


class Backoff:
    """Full jitter: a random wait below a ceiling that doubles from ``least_s`` to ``most_s``."""

    def __init__(self, least_s: float, most_s: float, random: Callable[[], float]) -> None:
        self._least_s, self._most_s, self._random = least_s, most_s, random
        self._ceiling_s = least_s

    def next_s(self) -> float:
        """Give the next wait, in seconds."""
        wait_s = self._ceiling_s * self._random()
        self._ceiling_s = min(self._ceiling_s * 2, self._most_s)
        return wait_s

    def reset(self) -> None:
        """Start over, because trying worked."""
        self._ceiling_s = self._least_s
