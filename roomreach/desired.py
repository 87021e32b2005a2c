"""What does the server want of an agent? When to test how much the line carries, and at what cost."""

from dataclasses import dataclass

from roomreach.measurement.throughput import End


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time that an agent has for itself at its site: no other agent there tests meanwhile.

    The test begins at ``start_ms``, or later up to ``latest_ms`` (UTC ms) while the line is busy, or not at
    all. Towards all ``targets`` together it costs at most ``most_bytes`` as the kernel counts them; an agent
    passes over a target that its settings do not name.
    """

    start_ms: int
    latest_ms: int
    most_bytes: int
    targets: tuple[End, ...] = ("server",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What the server wants as of ``issued_ms``. A higher ``version`` replaces a lower one, not the reverse.

    ``tests`` are the agent's slots, earliest first; those that are over may be among them.
    """

    version: int
    issued_ms: int
    tests: tuple[Slot, ...] = ()
