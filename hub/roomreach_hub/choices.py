"""What may the operator choose when a hub is started?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Where the hub listens, and which broker it runs; 0 is any port that is free.

    ``broker`` None is the best this machine has, ``broker_port`` None the folder's own, or the first free.
    ``speed_port`` None: no speed server.
    """

    page_port: int
    broker: str | None = None
    broker_port: int | None = None
    speed_port: int | None = None
