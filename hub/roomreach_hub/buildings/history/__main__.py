"""``python -m roomreach_hub.buildings.history ORDERS PART OF``: makes one part of the agents' past.

It writes what they reported to standard output, newest day first, and lets others of this machine go first.
"""

import contextlib
import gc
import os
import sys
import tempfile
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import IO

from roomreach.errors import RoomreachError
from roomreach_hub.buildings.history.frames import DAY_DONE, Frame, put
from roomreach_hub.buildings.history.making import days, oldest, past_agents
from roomreach_hub.buildings.orders import Orders

_KIND = 2
_RARELY = 50_000
"""How many objects may be made before rubbish is looked for: hardly anything here refers to itself."""


def main(orders: Path, part: int, of: int) -> None:
    """Make every day; stop without a word when nobody reads any more."""
    os.nice(_KIND)
    told = Orders.read(orders)
    with tempfile.TemporaryDirectory(prefix=f"past-{part}-", dir=orders.parent) as machines:
        agents = past_agents(told, Path(machines), part, of)
        gc.freeze()
        gc.set_threshold(_RARELY)
        with contextlib.suppress(BrokenPipeError), os.fdopen(os.dup(1), "wb", 1 << 16) as pipe:
            # The very first before all others: a room that could never get online is then known to have been
            # so since then, and not since the newest day. What else happens ends before the history does.
            first = oldest(told)
            early = {agent for agent in agents if agent.to_the_end}
            for agent in early:
                _write(pipe, islice(agent.reports(first), 1))
            for day in days(told):
                for stretch in day:
                    for agent in agents:
                        done = int(stretch == first and agent in early)
                        _write(pipe, islice(agent.reports(stretch), done, None))
                put(pipe, DAY_DONE)
                pipe.flush()


def _write(pipe: IO[bytes], reports: Iterable[Frame]) -> None:
    for frame in reports:
        put(pipe, frame)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    except RoomreachError as exc:
        sys.exit(str(exc))
