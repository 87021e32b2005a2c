"""What does the measuring core need from the network? Bytes that arrive, and round trips, as time goes by."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from roomreach_agent.engines.direction import Direction


@dataclass(frozen=True, slots=True)
class Tick:
    """The state of a transfer, some 50 ms after the one before.

    ``at_s`` counts from the beginning of the direction; ``arrived`` is how many bytes of payload had arrived
    by then at the end that receives; ``trips_ms`` are the round trips that came back since the tick before.
    """

    at_s: float
    arrived: int
    trips_ms: tuple[float, ...] = ()


class Transfers(Protocol):
    """A way to the other end: real connections, or the line of a simulated building."""

    def quiet_trips_ms(self) -> Sequence[float]:
        """Time some round trips before anything is sent. Raises as ``run`` does."""
        ...

    def moved(self) -> int:
        """Give the bytes of payload that the other end has sent or taken, or may still. Raises as ``run``."""
        ...

    def run(self, direction: Direction, most_bytes: int) -> Generator[Tick]:
        """Send as fast as the way carries, tick by tick; closing the generator ends it at once.

        It ends by itself when ``most_bytes`` were sent. Raises ``Failed`` when the other end said no, or
        nothing, and ``ProbeFailed`` when the test cannot be made.
        """
        ...
