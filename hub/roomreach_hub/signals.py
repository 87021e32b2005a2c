"""How does a person stop us? Ctrl-C, a service manager's SIGTERM, or a terminal that is closed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Asked:
    """Whether we were asked to stop.

    A plain flag, looked at often: a signal may come while the main thread is inside any lock, an event's
    own included.
    """

    to_stop: bool = False


@contextmanager
def asked_to_stop() -> Iterator[Asked]:
    """Take note of being asked to stop instead of ending at once. Asking twice changes nothing."""
    asked = Asked()

    def note(*_: object) -> None:
        asked.to_stop = True

    before = {one: signal.signal(one, note) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield asked
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
